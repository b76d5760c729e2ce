import { setFlagsFromString } from 'node:v8';

import type { Gateway } from '@claudette/gateway';

export interface OpenOptions {
  readonly config?: string;
  readonly debug?: boolean;
}

/**
 * Runs `use` with a gateway in this process and closes it afterwards, whatever happens. The gateway is loaded only now:
 * `--version` and `--help` do not pay for it.
 */
export async function withGateway<T>(
  { config: file, debug }: OpenOptions,
  use: (gateway: Gateway) => Promise<T>,
): Promise<T> {
  // A process that answers once gains nothing from optimised WebAssembly (undici's HTTP parser), but it would not end before
  // the compiler does, 100 ms after the answer.
  setFlagsFromString('--liftoff-only');
  const { createGateway, loadConfig } = await import('@claudette/gateway');
  // Failed requests are told by whoever asked; at `error` is only what nobody else tells, e.g. a ledger that cannot write.
  const flags = { logging: { level: debug === true ? 'debug' : 'error' } };
  const { config } = loadConfig({ flags, ...(file !== undefined && { file }) });
  const gateway = await createGateway(config);
  try {
    return await use(gateway);
  } finally {
    await gateway.close();
  }
}
