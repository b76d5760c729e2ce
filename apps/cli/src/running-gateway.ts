import { GatewayError } from '@claudette/core';
import type { GatewayStatus, Readiness } from '@claudette/gateway';

/** What a gateway that runs as a server says of itself. */
export type Running = Readiness & Pick<GatewayStatus, 'backends' | 'circuits'>;

const PATIENCE_MS = 10_000;

const get = async (url: URL): Promise<unknown> => {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (cause) {
    throw new GatewayError('upstream_unreachable', `no gateway answers at ${url.origin}`, { cause });
  }
  // Readiness is told with 503 where it lacks something.
  if (response.ok || response.status === 503) return response.json();
  if (response.status === 401) throw new GatewayError('unauthenticated', `${url.origin} asks for a gateway key`);
  throw new GatewayError('upstream_invalid_reply', `${url.href} answers with ${response.status}: is it a gateway?`);
};

/**
 * Asks the gateway that runs at an address.
 * @throws GatewayError `upstream_unreachable`, `unauthenticated`, `upstream_invalid_reply`
 */
export async function askRunning(address: string): Promise<Running> {
  const [readiness, status] = await Promise.all([
    get(new URL('/ready', address)),
    get(new URL('/api/status', address)),
  ]);
  return { ...(readiness as Readiness), ...(status as GatewayStatus) };
}
