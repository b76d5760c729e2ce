import type { Command } from 'commander';

import { formatTable } from '../output.js';
import { addSharedOptions, openFor } from './shared-options.js';

const day = (epochMs: number | undefined): string =>
  epochMs === undefined ? '' : new Date(epochMs).toISOString().slice(0, 10);

/** `claudette keys create|list|revoke`: the keys that clients of this gateway use. */
export function addKeysCommands(program: Command): void {
  const keys = program.command('keys').description("keys for this gateway's clients");

  addSharedOptions(keys.command('create').description('make a key and print it, this once'))
    .requiredOption('--name <name>', 'who or what it is for')
    .action(({ name }: { readonly name: string }, command: Command) =>
      openFor(command, async (gateway, output) => {
        const created = gateway.keys.create({ name });
        output.result({ id: created.id, name: created.name, key: created.key }, () => created.key);
        output.note(`This is key ${created.id} for ${created.name}. It is not shown again; only its hash is kept.`);
      }),
    );

  addSharedOptions(keys.command('list').description('all keys, without the keys themselves')).action(
    (_own: unknown, command: Command) =>
      openFor(command, async (gateway, output) => {
        const all = gateway.keys.list();
        output.result(all, () =>
          formatTable([
            ['ID', 'NAME', 'CREATED', 'REVOKED'],
            ...all.map(({ id, name, createdAtMs, revokedAtMs }) => [id, name, day(createdAtMs), day(revokedAtMs)]),
          ]),
        );
      }),
  );

  addSharedOptions(keys.command('revoke').description('make a key useless, for ever'))
    .argument('<id>', 'the id or name of the key')
    .action((id: string, _own: unknown, command: Command) =>
      openFor(command, async (gateway, output) => {
        const revoked = gateway.keys.revoke(id);
        if (revoked === undefined) throw new Error(`there is no key "${id}"; claudette keys list shows all of them`);
        output.result(revoked, () => `revoked ${revoked.id} (${revoked.name})`);
      }),
    );
}
