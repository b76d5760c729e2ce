import { createFakeProvider } from '@claudette/testing';
import type { FakeProvider } from '@claudette/testing';
import type { Observation } from '@claudette/core';

import type { GatewayOverrides } from '../gateway.js';
import { createGatewayHost } from '../reload/gateway-host.js';
import type { GatewayHost } from '../reload/gateway-host.js';
import { bodyOf, inMemory, readAnswer } from './start-bench.js';
import type { Told } from './start-bench.js';
import { createTemporaryFolder } from './temporary-folder.js';
import type { TemporaryFolder } from './temporary-folder.js';

/** A host over a configuration file in a folder of its own, with one fake provider behind the backend `lab`. */
export interface HostBench {
  readonly host: GatewayHost;
  readonly provider: FakeProvider;
  readonly folder: TemporaryFolder;
  readonly observations: Observation[];
  /** The backend `lab`, for configurations. */
  readonly lab: Readonly<Record<string, unknown>>;
  /** Writes the file: `tree` over a configuration with `lab` and everything in memory; or text as it is. */
  write(tree: Readonly<Record<string, unknown>> | string): void;
  /** Asks the current gateway. */
  tell(fields?: object): Promise<Told>;
  close(): Promise<void>;
}

export async function startHost(
  tree: Readonly<Record<string, unknown>> = {},
  overrides: GatewayOverrides = {},
): Promise<HostBench> {
  const provider = await createFakeProvider();
  const folder = createTemporaryFolder();
  const observations: Observation[] = [];
  const lab = { provider: 'openai-compatible', baseUrl: `${provider.url}/v1`, models: ['m'], dialect: 'openai-chat' };
  const write: HostBench['write'] = (wanted) =>
    void folder.write(
      'claudette.config.json',
      typeof wanted === 'string' ? wanted : { ...inMemory, backends: { lab }, ...wanted },
    );
  write(tree);
  const environment = { XDG_DATA_HOME: folder.path, LOCALAPPDATA: folder.path };
  const host = await createGatewayHost(
    { environment, workingDirectory: folder.path },
    { environment, observe: (observation) => observations.push(observation), ...overrides },
  );
  return {
    host,
    provider,
    folder,
    observations,
    lab,
    write,
    async tell(fields = {}) {
      const gateway = host.current();
      const body = bodyOf({ model: 'lab/m', fields });
      const { localPrincipal: principal } = gateway;
      const controller = new AbortController();
      return readAnswer(
        await gateway.answer({
          dialect: 'openai-chat',
          operation: 'generate',
          body,
          headers: {},
          principal,
          controller,
        }),
      );
    },
    async close() {
      await provider.close();
      await host.close();
      folder.remove();
    },
  };
}
