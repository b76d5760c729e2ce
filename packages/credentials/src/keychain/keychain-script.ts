import type * as native from '@napi-rs/keyring';

/** One question, as JSON on the standard input of the process that asks the keychain. */
export interface KeychainRequest {
  readonly operation: 'get' | 'set' | 'remove' | 'list';
  readonly service: string;
  readonly name?: string;
  readonly value?: string;
}

/** The answer, as JSON on its standard output. */
export interface KeychainAnswer {
  readonly value?: string | null;
  readonly removed?: boolean;
  readonly names?: readonly string[];
  /** Why there is no answer. */
  readonly error?: string;
}

/** What the program takes from the native module: the compiler knows whether it is there, as it reads no program in a text. */
const used = ['AsyncEntry', 'findCredentialsAsync'] as const satisfies readonly (keyof typeof native)[];

/**
 * The program of that process, given the path of the native module. It is text, because it must run wherever this package
 * does, bundled or not. On Linux only the Secret Service will do: the kernel's key ring, to which the module would fall
 * back, forgets at the next start of the machine.
 */
export const keychainScript = `
const run = async ({ operation, service, name, value }) => {
  const { ${used.join(', ')} } = require(process.argv[1]);
  if (operation === 'list') return { names: (await findCredentialsAsync(service)).map(({ account }) => account) };
  const entry = new AsyncEntry(service, name, { linux: { store: 'secret-service' } });
  if (operation === 'get') return { value: await entry.getPassword() };
  if (operation === 'remove') return { removed: await entry.deletePassword() };
  await entry.setPassword(value);
  return {};
};
let text = '';
process.stdin.setEncoding('utf8').on('data', (chunk) => (text += chunk)).on('end', async () => {
  const answer = await run(JSON.parse(text)).catch(({ message }) => ({ error: String(message) }));
  process.stdout.write(JSON.stringify(answer), () => process.exit());
});
`;
