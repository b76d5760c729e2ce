import type { KeyInfo } from '@claudette/gateway';
import type { Command } from 'commander';

import { audited } from '../audited.js';
import { formatTable } from '../output.js';
import { addSharedOptions, openFor } from './shared-options.js';

/** What a key is made for, as it was typed. */
interface CreateOptions {
  readonly name: string;
  readonly role?: string;
  readonly user?: string;
  readonly team?: string;
  readonly models?: string;
  readonly expires?: string;
}

interface RotateOptions {
  readonly grace?: string;
  readonly expires?: string;
}

const listOf = (text: string | undefined): readonly string[] | undefined => text?.split(',').map((each) => each.trim());

/** The gateway checks it in the form in which its API takes it. */
const toBody = (fields: Readonly<Record<string, unknown>>): Buffer => Buffer.from(JSON.stringify(fields));

const day = (epochMs: number | undefined): string =>
  epochMs === undefined ? '' : new Date(epochMs).toISOString().slice(0, 10);

const minute = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const columns: readonly (readonly [title: string, cell: (key: KeyInfo) => string])[] = [
  ['ID', ({ id }) => id],
  ['NAME', ({ name }) => name],
  ['ROLE', ({ role }) => role],
  ['USER', ({ user = '' }) => user],
  ['TEAM', ({ team = '' }) => team],
  ['MODELS', ({ models = ['all'] }) => models.join(', ')],
  ['CREATED', ({ createdAtMs }) => day(createdAtMs)],
  ['EXPIRES', ({ expiresAtMs }) => day(expiresAtMs)],
  ['REVOKED', ({ revokedAtMs }) => day(revokedAtMs)],
];

const unknownKey = (id: string): Error => new Error(`there is no key "${id}"; claudette keys list shows all of them`);

const toId = ({ id }: Pick<KeyInfo, 'id'>): string => id;

function addCreateCommand(keys: Command): void {
  addSharedOptions(keys.command('create').description('make a key and print it, this once'))
    .requiredOption('--name <name>', 'who or what it is for')
    .option('--role <role>', 'client asks models, viewer also sees how all is doing, admin also changes it', 'client')
    .option('--models <list>', 'the only models it may use: aliases, backend/model, backend/*; separated by commas')
    .option('--expires <time>', 'how long it is good, e.g. 12h or 30d; for ever by default')
    .option('--user <user>', 'the person it belongs to; cache.scope "user" shares between the keys of one person')
    .option('--team <team>', 'the team it belongs to; cache.scope "team" shares between the keys of one team')
    .action(({ name, role, user, team, models, expires }: CreateOptions, command: Command) =>
      openFor(command, async (gateway, output) => {
        const { decodeNewKey } = await import('@claudette/gateway');
        const deed = { action: 'keys.create', subject: name };
        const create = () => {
          const asked = decodeNewKey(toBody({ name, role, user, team, models: listOf(models), expires }));
          gateway.checkKeyModels(asked.models);
          return gateway.keys.create(asked);
        };
        const created = await audited(gateway.audit, deed, create, toId);
        const { id, key, expiresAtMs } = created;
        const until = expiresAtMs === undefined ? '' : ` It is good until ${minute(expiresAtMs)}.`;
        output.result(created, () => key);
        output.note(`This is key ${id} for ${name}. It is not shown again; only its hash is kept.${until}`);
      }),
    );
}

function addListCommand(keys: Command): void {
  addSharedOptions(keys.command('list').description('all keys, without the keys themselves')).action(
    (_own: unknown, command: Command) =>
      openFor(command, async (gateway, output) => {
        const all = gateway.keys.list();
        output.result(all, () =>
          formatTable([columns.map(([title]) => title), ...all.map((key) => columns.map(([, cell]) => cell(key)))]),
        );
      }),
  );
}

function addRevokeCommand(keys: Command): void {
  addSharedOptions(keys.command('revoke').description('make a key useless, for ever'))
    .argument('<id>', 'the id or name of the key')
    .action((id: string, _own: unknown, command: Command) =>
      openFor(command, async (gateway, output) => {
        const deed = { action: 'keys.revoke', subject: id };
        const revoked = await audited(gateway.audit, deed, () => gateway.keys.revoke(id), toId);
        if (revoked === undefined) throw unknownKey(id);
        output.result(revoked, () => `revoked ${revoked.id} (${revoked.name})`);
      }),
    );
}

function addRotateCommand(keys: Command): void {
  addSharedOptions(keys.command('rotate').description('replace a key and print the new one, this once'))
    .argument('<id>', 'the id or name of the key')
    .option('--grace <time>', 'how long the key before is good as well, e.g. 24h; not at all by default')
    .option('--expires <time>', 'how long the new one is good, e.g. 30d; by default until when the one before was')
    .action((id: string, { grace, expires }: RotateOptions, command: Command) =>
      openFor(command, async (gateway, output) => {
        const { decodeRotation } = await import('@claudette/gateway');
        const deed = { action: 'keys.rotate', subject: id };
        const rotate = () => gateway.keys.rotate(id, decodeRotation(toBody({ grace, expires })));
        const rotated = await audited(gateway.audit, deed, rotate, toId);
        if (rotated === undefined) throw unknownKey(id);
        const until =
          grace === undefined ? 'is of no use any more' : `is good until ${minute(rotated.previousUntilMs ?? 0)}`;
        output.result(rotated, () => rotated.key);
        output.note(`This is key ${rotated.id} for ${rotated.name}. It is not shown again; the one before ${until}.`);
      }),
    );
}

/** `claudette keys create|list|revoke|rotate`: the keys that clients of this gateway use. */
export function addKeysCommands(program: Command): void {
  const keys = program.command('keys').description("keys for this gateway's clients");
  addCreateCommand(keys);
  addListCommand(keys);
  addRevokeCommand(keys);
  addRotateCommand(keys);
}
