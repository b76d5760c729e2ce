import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { GatewayError } from '@claudette/core';
import type { ProposedBackend } from '@claudette/gateway';
import type { Command } from 'commander';

import { askOnTerminal } from '../ask-on-terminal.js';
import { createOutput } from '../output.js';
import { parsePort } from './serve-command.js';

interface InitOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** What is asked. */
interface Answers {
  readonly backends: readonly ProposedBackend[];
  readonly port: number;
  readonly isPublic: boolean;
  readonly cache: boolean;
}

const DEFAULT_PORT = 3000;
const SCHEMA_NAME = 'claudette.schema.json';

const describeBackend = ({ name, reason, entry }: ProposedBackend): string =>
  `${name} with ${entry.models.join(', ')} (${reason})`;

const tryPort = (text: string): number | undefined => {
  try {
    return parsePort(text);
  } catch {
    return undefined;
  }
};

async function ask(found: readonly ProposedBackend[]): Promise<Answers> {
  const questions = askOnTerminal('--yes writes what can be found');
  try {
    const backends: ProposedBackend[] = [];
    for (const backend of found) {
      if (await questions.confirm(`Use ${describeBackend(backend)}?`)) backends.push(backend);
    }
    const port = await questions.choose(`Port [${DEFAULT_PORT}]`, String(DEFAULT_PORT), tryPort);
    const isPrivate = await questions.confirm('Only for this machine? Others need a gateway key.');
    const cache = await questions.confirm('Store answers, and give them again?');
    return { backends, port, isPublic: !isPrivate, cache };
  } finally {
    questions.close();
  }
}

const toFile = ({ backends, port, isPublic, cache }: Answers): object => ({
  $schema: `./${SCHEMA_NAME}`,
  server: { host: isPublic ? '0.0.0.0' : '127.0.0.1', port },
  auth: { mode: isPublic ? 'keys' : 'open' },
  // Without any they are found again at each start.
  ...(backends.length > 0 && { backends: Object.fromEntries(backends.map(({ name, entry }) => [name, entry])) }),
  cache: { enabled: cache },
});

/** Writes a whole file or nothing. */
function writeJson(path: string, value: unknown, force: boolean): void {
  const text = `${JSON.stringify(value, undefined, 2)}\n`;
  const draft = `${path}.${process.pid}.new`;
  try {
    if (!force) return writeFileSync(path, text, { flag: 'wx' });
    writeFileSync(draft, text);
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new GatewayError('invalid_request', `${path} exists; --force replaces it`, { cause });
    throw new GatewayError('configuration_invalid', `${path} cannot be written: ${String(code)}`, { cause });
  }
}

/** `claudette config init`: a configuration file from answers, or from what is found. */
export function addConfigInitCommand(config: Command): void {
  config
    .command('init')
    .description('write a configuration file: asks, or takes what is found')
    .argument('[file]', 'the file to write', 'claudette.config.json')
    .option('--yes', 'ask nothing, take what is found')
    .option('--force', 'replace the file if there is one')
    .action(async (file: string, { yes = false, force = false }: InitOptions) => {
      const { createConfigJsonSchema, proposeBackends } = await import('@claudette/gateway');
      const output = createOutput({ json: false, quiet: false });
      const path = resolve(file);
      const found = await proposeBackends();
      const answers = yes ? { backends: found, port: DEFAULT_PORT, isPublic: false, cache: true } : await ask(found);
      writeJson(path, toFile(answers), force);
      // Ours alone, and the same for everybody: there is nothing in it to lose.
      writeJson(join(dirname(path), SCHEMA_NAME), createConfigJsonSchema(), true);
      output.answer(`${path}\n`);
      for (const backend of answers.backends) output.note(`backend ${describeBackend(backend)}`);
      if (answers.backends.length === 0)
        output.note('no backend is named: those that can be found answer, or the demo');
      if (answers.isPublic) output.note('make a key for each client: claudette keys create --name somebody');
    });
}
