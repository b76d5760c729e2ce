import type { Command } from 'commander';

import { withGateway } from '../open-gateway.js';
import type { OpenOptions } from '../open-gateway.js';
import { createOutput, formatTable } from '../output.js';

interface LookOptions extends OpenOptions {
  readonly json?: boolean;
}

/** `claudette status|backends|models`: what there is and how it is. */
export function addLookCommands(program: Command): void {
  const options = (command: Command): LookOptions => command.optsWithGlobals();

  program
    .command('status')
    .description('whether requests can be served, and what cannot')
    .action(async (_own: unknown, command: Command) => {
      const { json = false, ...open } = options(command);
      await withGateway(open, async (gateway) => {
        const status = { ...(await gateway.ready()), ...gateway.status() };
        createOutput({ json, quiet: false }).result(status, () =>
          formatTable([
            ['PART', 'STATE', 'WHY'],
            ...status.parts.map(({ part, ok, reason }) => [part, ok ? 'ok' : 'not ok', reason ?? '']),
          ]),
        );
      });
    });

  program
    .command('backends')
    .description('the backends, their models and whether they can be reached')
    .action(async (_own: unknown, command: Command) => {
      const { json = false, ...open } = options(command);
      await withGateway(open, async (gateway) => {
        const { parts } = await gateway.ready();
        const backends = gateway.backends.map(({ name, provider, baseUrl, config }) => {
          const part = parts.find((one) => one.part === `backend ${name}`);
          return { name, provider: provider.id, baseUrl, models: config.models, reachable: part?.ok ?? false, reason: part?.reason };
        });
        createOutput({ json, quiet: false }).result(backends, () =>
          formatTable([
            ['BACKEND', 'PROVIDER', 'MODELS', 'STATE'],
            ...backends.map((one) => [
              one.name,
              one.provider,
              one.models.join(', '),
              one.reachable ? 'ok' : `not ok: ${one.reason ?? 'unknown'}`,
            ]),
          ]),
        );
      });
    });

  program
    .command('models')
    .description('every name that can be asked for')
    .action(async (_own: unknown, command: Command) => {
      const { json = false, ...open } = options(command);
      await withGateway(open, async (gateway) => {
        const models = gateway.models();
        createOutput({ json, quiet: false }).result(models, () =>
          formatTable([['MODEL', 'FROM'], ...models.map(({ id, ownedBy }) => [id, ownedBy])]),
        );
      });
    });
}
