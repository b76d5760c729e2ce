import type { GatewayStatus } from '@claudette/gateway';
import type { Command } from 'commander';

import { formatTable } from '../output.js';
import { addBackendsCommand } from './backends-command.js';
import { addSharedOptions, openFor } from './shared-options.js';

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`;

const limitNames = { heap: "V8's heap", group: 'the control group', machine: 'the machine' } as const;

const describeMemory = ({ usedBytes, limitBytes, limitedBy, cacheBudgetBytes }: GatewayStatus['memory']): string =>
  `${mebibytes(usedBytes)} of ${mebibytes(limitBytes)} (${limitNames[limitedBy]}), at most ${mebibytes(cacheBudgetBytes)} for the cache`;

/** `claudette status|backends|models`: what there is and how it is. */
export function addLookCommands(program: Command): void {
  addSharedOptions(program.command('status').description('whether requests can be served, and what cannot')).action(
    (_own: unknown, command: Command) =>
      openFor(command, async (gateway, output) => {
        const status = { ...(await gateway.ready()), ...gateway.status() };
        output.result(status, () =>
          formatTable([
            ['PART', 'STATE', 'WHY'],
            ...status.parts.map(({ part, ok, reason }) => [part, ok ? 'ok' : 'not ok', reason ?? '']),
            ['memory', status.memory.level, describeMemory(status.memory)],
          ]),
        );
      }),
  );

  addBackendsCommand(program);

  addSharedOptions(program.command('models').description('every name that can be asked for')).action(
    (_own: unknown, command: Command) =>
      openFor(command, async (gateway, output) => {
        const models = gateway.models();
        output.result(models, () =>
          formatTable([['MODEL', 'FROM'], ...models.map(({ id, ownedBy }) => [id, ownedBy])]),
        );
      }),
  );
}
