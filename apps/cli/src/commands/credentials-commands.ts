import { readFile } from 'node:fs/promises';

import { GatewayError } from '@claudette/core';
import type {
  Config,
  CredentialAdmin,
  CredentialProblem,
  CredentialStoreName,
  Secret,
  StoredCredentials,
  TestedCredential,
} from '@claudette/gateway';
import { Option } from 'commander';
import type { Command } from 'commander';

import { audited } from '../audited.js';
import type { Deed } from '../audited.js';
import { createOutput, formatTable } from '../output.js';
import type { Output } from '../output.js';
import { readAll } from '../read-input.js';
import { readSecret } from '../read-secret.js';
import { addSharedOptions } from './shared-options.js';
import type { SharedOptions } from './shared-options.js';

interface StoreOptions {
  readonly store?: CredentialStoreName;
}

const addStoreOption = (command: Command): Command =>
  command.addOption(
    new Option('--store <place>', 'the operating system keychain or the encrypted file').choices(['keychain', 'file']),
  );

/** The process would read from a terminal for ever, and from a pipe as long as it is written to: Ctrl-C ends both. */
const forEver = new AbortController().signal;

const readPiped = (): Promise<string> => readAll(process.stdin, forEver);

const askFor = (question: string, output: Output): Promise<string> =>
  readSecret(process.stdin, () => output.note(`${question} (it is not shown; Enter ends it)`));

const createAskPassphrase = (output: Output) => async (isNew: boolean) => {
  const passphrase = await askFor(`Passphrase ${isNew ? 'for a new' : 'of the'} credential file`, output);
  if (isNew && (await askFor('The same again', output)) !== passphrase) {
    throw new GatewayError('invalid_request', 'the two passphrases differ; nothing was changed');
  }
  return passphrase;
};

/** Runs `use` with the credentials of the configuration that a command's options ask for. */
async function adminFor(
  command: Command,
  use: (admin: CredentialAdmin, output: Output, config: Config) => Promise<void>,
): Promise<void> {
  const { json = false, quiet = false, config: file } = command.optsWithGlobals<SharedOptions>();
  const output = createOutput({ json, quiet });
  const { loadConfig, openCredentialAdmin } = await import('@claudette/gateway');
  const { config } = loadConfig({ ...(file !== undefined && { file }) });
  const canAsk = process.stdin.isTTY;
  const admin = openCredentialAdmin({ config, ...(canAsk && { askPassphrase: createAskPassphrase(output) }) });
  await use(admin, output, config);
}

/** The same for what changes something, which the audit log notes. */
const changeFor = <Result>(
  command: Command,
  deed: Deed,
  change: (admin: CredentialAdmin, output: Output) => Promise<Result>,
  tell: (done: Result, output: Output) => void,
): Promise<void> =>
  adminFor(command, async (admin, output, config) => {
    const { openAuditLog } = await import('@claudette/gateway');
    const audit = openAuditLog(config);
    try {
      tell(await audited(audit, deed, () => change(admin, output)), output);
    } finally {
      audit.close();
    }
  });

const noteProblems = (problems: readonly CredentialProblem[], output: Output): void => {
  for (const { error } of problems) output.note(error.detail);
};

const toResult = (problems: readonly CredentialProblem[]) =>
  problems.map(({ source, error }) => ({ source, reason: error.detail }));

const formatStored = ({ source, added, changed, unchanged }: StoredCredentials): string => {
  const told = Object.entries({ added, changed, unchanged }).filter(([, names]) => names.length > 0);
  const lines = told.map(([what, names]) => `${what} in ${source}: ${names.join(', ')}`);
  return lines.length === 0 ? 'there was nothing to store' : lines.join('\n');
};

const printStored = (stored: StoredCredentials, output: Output): void => {
  noteProblems(stored.problems, output);
  output.result({ ...stored, problems: toResult(stored.problems) }, () => formatStored(stored));
};

/** A place that is not there is no fault; a file that is there and cannot be read is one. */
const throwIfUnreadable = (problems: readonly CredentialProblem[]): void => {
  const unreadable = problems.find(({ source }) => source === 'file');
  if (unreadable) throw unreadable.error;
};

async function readValue(name: string, output: Output): Promise<string> {
  const value = process.stdin.isTTY ? await askFor(`Value of ${name}`, output) : await readPiped();
  const trimmed = value.trim();
  if (trimmed === '') throw new GatewayError('invalid_request', 'the value is empty; nothing was changed');
  if (/[\r\n]/.test(trimmed)) {
    const detail = 'the value has several lines; claudette credentials import takes NAME=VALUE lines';
    throw new GatewayError('invalid_request', detail);
  }
  return trimmed;
}

async function readLines(path: string | undefined): Promise<string> {
  if (path === undefined) {
    if (!process.stdin.isTTY) return readPiped();
    throw new GatewayError('invalid_request', 'name a file, or pipe NAME=VALUE lines in');
  }
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new GatewayError('invalid_request', `the file cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** Values on the command line stay in the shell's history, and every user of the machine may see them meanwhile. */
function refuseValues(name: string, words: readonly string[]): void {
  if (words.length === 0 && !name.includes('=')) return;
  const detail =
    'a value on the command line is seen by every user of the machine and kept in the history of the shell; leave it out and type it when asked, or pipe it in. If it was a real key, replace it';
  throw new GatewayError('invalid_request', detail);
}

const formatTests = (tested: readonly TestedCredential[]): string =>
  tested.length === 0
    ? 'no backend uses a credential'
    : formatTable([
        ['CREDENTIAL', 'BACKEND', 'RESULT'],
        ...tested.map(({ reference, backend, ok, said }) => [reference, backend, ok ? said : `not ok: ${said}`]),
      ]);

/** `claudette credentials set|list|remove|test|import`: the keys that backends ask for. */
export function addCredentialsCommands(program: Command): void {
  const credentials = program
    .command('credentials')
    .alias('api-keys')
    .description('keys of backends: in the keychain of the operating system or in an encrypted file');

  addStoreOption(addSharedOptions(credentials.command('set').description('store one; its value is asked for')))
    .argument('<name>', 'what credential:NAME in the configuration refers to')
    .argument('[words...]', 'none: values are never given here')
    .action(async (name: string, words: readonly string[], { store }: StoreOptions, command: Command) => {
      // Before it is noted anywhere.
      refuseValues(name, words);
      await changeFor(
        command,
        { action: 'credentials.set', subject: name },
        async (admin, output) => {
          const { createSecret } = await import('@claudette/gateway');
          const value = createSecret(await readValue(name, output));
          return admin.set(new Map<string, Secret>([[name, value]]), store);
        },
        printStored,
      );
    });

  addSharedOptions(credentials.command('list').description('all of them, by fingerprint')).action(
    (_own: unknown, command: Command) =>
      adminFor(command, async (admin, output) => {
        const { credentials: all, problems } = await admin.list();
        noteProblems(
          problems.filter(({ source }) => source !== 'file'),
          output,
        );
        output.result(all, () =>
          formatTable([
            ['NAME', 'SOURCE', 'FINGERPRINT'],
            ...all.map(({ name, source, fingerprint }) => [name, source, fingerprint]),
          ]),
        );
        throwIfUnreadable(problems);
      }),
  );

  addStoreOption(addSharedOptions(credentials.command('remove').description('forget one, for ever')))
    .argument('<name>', 'its name')
    .action((name: string, { store }: StoreOptions, command: Command) =>
      changeFor(
        command,
        { action: 'credentials.remove', subject: name },
        async (admin, output) => {
          const { sources, problems } = await admin.remove(name, store);
          noteProblems(
            problems.filter(({ source }) => source !== 'file'),
            output,
          );
          throwIfUnreadable(problems);
          if (sources.length > 0) return sources;
          throw new Error('there is no credential of this name; claudette credentials list shows all of them');
        },
        (sources, output) => output.result({ name, sources }, () => `removed ${name} from ${sources.join(' and ')}`),
      ),
    );

  addSharedOptions(credentials.command('test').description('ask backends for their free model list with them'))
    .argument('[name]', 'one of them; all that backends use by default')
    .action((name: string | undefined, _own: unknown, command: Command) =>
      adminFor(command, async (admin, output) => {
        const tested = await admin.test(name);
        output.result(tested, () => formatTests(tested));
        const failed = tested.filter(({ ok }) => !ok);
        if (failed.length === 0) return;
        const names = failed.map(({ reference, backend }) => `${reference} at ${backend}`);
        throw new GatewayError('upstream_unauthorized', `not accepted: ${names.join(', ')}`);
      }),
    );

  addStoreOption(addSharedOptions(credentials.command('import').description('store NAME=VALUE lines, all or none')))
    .argument('[file]', 'a file such as .env; standard input by default')
    .action((file: string | undefined, { store }: StoreOptions, command: Command) =>
      changeFor(
        command,
        { action: 'credentials.import' },
        async (admin) => {
          const { parseKeyLines } = await import('@claudette/gateway');
          return admin.set(parseKeyLines(await readLines(file)), store);
        },
        printStored,
      ),
    );
}
