import type { Command } from 'commander';

import { withGateway } from '../open-gateway.js';
import type { OpenOptions } from '../open-gateway.js';
import { createOutput, formatTable } from '../output.js';

interface KeysOptions extends OpenOptions {
  readonly json?: boolean;
  readonly name?: string;
}

const day = (epochMs: number | undefined): string =>
  epochMs === undefined ? '' : new Date(epochMs).toISOString().slice(0, 10);

/** `claudette keys create|list|revoke`: the keys that clients of this gateway use. */
export function addKeysCommands(program: Command): void {
  const keys = program.command('keys').description("keys for this gateway's clients");
  const options = (command: Command): KeysOptions => command.optsWithGlobals();

  keys
    .command('create')
    .description('make a key and print it, this once')
    .requiredOption('--name <name>', 'who or what it is for')
    .action(async (_own: unknown, command: Command) => {
      const { json = false, name = '', ...open } = options(command);
      await withGateway(open, async (gateway) => {
        const created = gateway.keys.create({ name });
        const output = createOutput({ json, quiet: false });
        output.result({ id: created.id, name: created.name, key: created.key }, () => created.key);
        output.note(`This is key ${created.id} for ${created.name}. It is not shown again; only its hash is kept.`);
      });
    });

  keys
    .command('list')
    .description('all keys, without the keys themselves')
    .action(async (_own: unknown, command: Command) => {
      const { json = false, ...open } = options(command);
      await withGateway(open, async (gateway) => {
        const all = gateway.keys.list();
        createOutput({ json, quiet: false }).result(all, () =>
          formatTable([
            ['ID', 'NAME', 'CREATED', 'REVOKED'],
            ...all.map(({ id, name, createdAtMs, revokedAtMs }) => [id, name, day(createdAtMs), day(revokedAtMs)]),
          ]),
        );
      });
    });

  keys
    .command('revoke')
    .description('make a key useless, for ever')
    .argument('<id>', 'the id or name of the key')
    .action(async (id: string, _own: unknown, command: Command) => {
      const { json = false, ...open } = options(command);
      await withGateway(open, async (gateway) => {
        const revoked = gateway.keys.revoke(id);
        createOutput({ json, quiet: false }).result({ id, revoked }, () => (revoked ? `revoked ${id}` : `${id} was already revoked`));
      });
    });
}
