import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider } from '@claudette/testing';

import { runServer } from '../run-server.js';
import type { RunningServer } from '../run-server.js';

/** A server whose configuration is a file in a folder of its own, with one fake provider behind the backend `lab`. */
export interface Reloading {
  readonly url: string;
  readonly server: RunningServer;
  readonly provider: FakeProvider;
  readonly file: string;
  /** Replaces the file at once, as editors do: `tree` over the first configuration, or text as it is. */
  write(tree: Readonly<Record<string, unknown>> | string): void;
  close(): Promise<void>;
}

export async function startReloading(first: Readonly<Record<string, unknown>> = {}): Promise<Reloading> {
  const provider = await createFakeProvider();
  const folder = mkdtempSync(join(tmpdir(), 'claudette-server-'));
  const file = join(folder, 'claudette.config.json');
  const lab = { provider: 'openai-compatible', baseUrl: `${provider.url}/v1`, models: ['m'] };
  const base = {
    server: { port: 0, drainTimeoutMs: 500 },
    backends: { lab },
    cache: { enabled: false },
    ledger: { url: 'memory:' },
    logging: { level: 'silent' },
    ...first,
  };
  const write: Reloading['write'] = (tree) => {
    writeFileSync(`${file}.new`, typeof tree === 'string' ? tree : JSON.stringify({ ...base, ...tree }));
    renameSync(`${file}.new`, file);
  };
  write({});
  const server = await runServer({ file, environment: {} }, { environment: {} });
  return {
    url: server.url,
    server,
    provider,
    file,
    write,
    async close() {
      await server.close();
      await provider.close();
      rmSync(folder, { recursive: true });
    },
  };
}
