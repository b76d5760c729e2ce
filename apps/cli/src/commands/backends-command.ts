import { GatewayError } from '@claudette/core';
import type { Gateway, GatewayStatus, Readiness } from '@claudette/gateway';
import type { Command } from 'commander';

import { createOutput, formatTable } from '../output.js';
import { askRunning, parseAddress } from '../running-gateway.js';
import type { Running } from '../running-gateway.js';
import { addSharedOptions, openFor } from './shared-options.js';
import type { SharedOptions } from './shared-options.js';

type Circuit = GatewayStatus['circuits'][number];

/** A backend as this command tells of it. */
interface BackendLine {
  readonly name: string;
  readonly provider: string;
  readonly baseUrl?: string;
  readonly models: readonly string[];
  readonly reachable: boolean;
  readonly reason?: string | undefined;
  /** Of its models that were called. */
  readonly circuits: readonly Circuit[];
}

const stateOf = ({ parts }: Readiness, name: string): Pick<BackendLine, 'reachable' | 'reason'> => {
  const { ok = false, reason } = parts.find(({ part }) => part === `backend ${name}`) ?? {};
  return { reachable: ok, reason };
};

const ownCircuits = (circuits: readonly Circuit[], name: string): readonly Circuit[] =>
  circuits.filter(({ target }) => target.backend === name);

const readOwn = async (gateway: Gateway): Promise<readonly BackendLine[]> => {
  const readiness = await gateway.ready();
  return gateway.backends.map(({ name, provider, baseUrl, config }) => ({
    name,
    provider: provider.id,
    baseUrl,
    models: config.models,
    ...stateOf(readiness, name),
    circuits: ownCircuits(gateway.circuits.states(), name),
  }));
};

const readRunning = (running: Running): readonly BackendLine[] =>
  running.backends.map((backend) => ({
    ...backend,
    ...stateOf(running, backend.name),
    circuits: ownCircuits(running.circuits, backend.name),
  }));

const formatCircuit = ({ target, state, reason, nextProbeAtMs }: Circuit): string => {
  const probe = nextProbeAtMs === undefined ? '' : `, probe at ${new Date(nextProbeAtMs).toISOString()}`;
  return `${target.model} ${state}${reason === undefined ? '' : ` (${reason}${probe})`}`;
};

const format = (backends: readonly BackendLine[]): string =>
  formatTable([
    ['BACKEND', 'PROVIDER', 'MODELS', 'STATE', 'CIRCUITS'],
    ...backends.map(({ name, provider, models, reachable, reason, circuits }) => [
      name,
      provider,
      models.join(', '),
      reachable ? 'ok' : `not ok: ${reason ?? 'unknown'}`,
      circuits.map(formatCircuit).join('; '),
    ]),
  ]);

/** `claudette backends`: what there is, whether it can be reached, and what a running gateway's circuits say. */
export function addBackendsCommand(program: Command): void {
  addSharedOptions(
    program
      .command('backends')
      .description('the backends, their models and whether they can be reached')
      .option('--url <address>', 'of the gateway that runs there, with the state of its circuits', parseAddress),
  ).action(({ url }: { url?: string }, command: Command) => {
    if (url === undefined) {
      return openFor(command, async (gateway, output) => {
        const backends = await readOwn(gateway);
        output.result(backends, () => format(backends));
      });
    }
    const { json = false, quiet = false, config } = command.optsWithGlobals<SharedOptions>();
    if (config !== undefined) throw new GatewayError('invalid_request', '--config has no effect with --url');
    return askRunning(url).then((running) => {
      const backends = readRunning(running);
      createOutput({ json, quiet }).result(backends, () => format(backends));
    });
  });
}
