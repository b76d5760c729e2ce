import type { Command } from 'commander';

import { formatTable } from '../output.js';
import { addSharedOptions, openFor } from './shared-options.js';

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
          ]),
        );
      }),
  );

  addSharedOptions(
    program.command('backends').description('the backends, their models and whether they can be reached'),
  ).action((_own: unknown, command: Command) =>
    openFor(command, async (gateway, output) => {
      const { parts } = await gateway.ready();
      const backends = gateway.backends.map(({ name, provider, baseUrl, config }) => {
        const { ok: reachable = false, reason } = parts.find(({ part }) => part === `backend ${name}`) ?? {};
        return { name, provider: provider.id, baseUrl, models: config.models, reachable, reason };
      });
      output.result(backends, () =>
        formatTable([
          ['BACKEND', 'PROVIDER', 'MODELS', 'STATE'],
          ...backends.map(({ name, provider, models, reachable, reason }) => [
            name,
            provider,
            models.join(', '),
            reachable ? 'ok' : `not ok: ${reason ?? 'unknown'}`,
          ]),
        ]),
      );
    }),
  );

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
