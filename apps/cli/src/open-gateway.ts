import type { Gateway } from '@claudette/gateway';

export interface OpenOptions {
  readonly config?: string;
  readonly debug?: boolean;
}

/**
 * Runs `use` with a gateway in this process and closes it afterwards, whatever happens. The gateway is loaded only now:
 * `--version` and `--help` do not pay for it.
 */
export async function withGateway<T>({ config: file, debug }: OpenOptions, use: (gateway: Gateway) => Promise<T>): Promise<T> {
  const { createGateway, loadConfig } = await import('@claudette/gateway');
  const flags = { logging: { level: debug === true ? 'debug' : 'silent' } };
  const { config } = loadConfig({ flags, ...(file !== undefined && { file }) });
  const gateway = await createGateway(config);
  try {
    return await use(gateway);
  } finally {
    await gateway.close();
  }
}
