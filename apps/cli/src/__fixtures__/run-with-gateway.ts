import { createGateway, loadConfig } from '@claudette/gateway';
import type { Gateway } from '@claudette/gateway';

import type { Home } from './create-home.js';

/** Does something with the gateway of a home, as another process would have it. */
export async function runWithGateway<Result>(
  { environment }: Home,
  use: (gateway: Gateway) => Result,
): Promise<Result> {
  const flags = { logging: { level: 'silent' }, backends: { demo: { provider: 'demo', models: ['demo-1'] } } };
  const gateway = await createGateway(loadConfig({ flags, environment }).config, { environment });
  try {
    return use(gateway);
  } finally {
    await gateway.close();
  }
}
