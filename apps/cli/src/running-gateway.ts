import { errorCatalog, GatewayError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';
import type { GatewayStatus, Readiness } from '@claudette/gateway';
import { InvalidArgumentError } from 'commander';

/** What a gateway that runs as a server says of itself. */
export type Running = Readiness & Pick<GatewayStatus, 'backends' | 'circuits'>;

const PATIENCE_MS = 10_000;

/** The address of a running gateway, as an option's value. */
export const parseAddress = (text: string): string => {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('Must be an address such as http://127.0.0.1:3000.');
};

const findGatewayKey = async (): Promise<string | undefined> => (await import('@claudette/gateway')).readGatewayKey();

/**
 * Sends a request to the gateway that runs at an address, with the key of `CLAUDETTE_GATEWAY_KEY`, and resolves whatever
 * the status is.
 * @throws GatewayError `upstream_unreachable`
 */
export async function sendToRunning(url: URL, request: Omit<RequestInit, 'headers'> = {}): Promise<Response> {
  const key = await findGatewayKey();
  const authorized = key !== undefined && { headers: { authorization: `Bearer ${key}` } };
  try {
    return await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), ...authorized, ...request });
  } catch (cause) {
    request.signal?.throwIfAborted();
    throw new GatewayError('upstream_unreachable', `no gateway answers at ${url.origin}`, { cause });
  }
}

/** The error that a gateway's words stand for: each code has words of its own around what is particular. */
const readError = (status: number, message: string): GatewayError | undefined => {
  for (const code of Object.keys(errorCatalog) as GatewayErrorCode[]) {
    const [before = '', after = ''] = errorCatalog[code].message.split('%s');
    if (status !== errorCatalog[code].status || !message.startsWith(before) || !message.endsWith(after)) continue;
    return new GatewayError(code, message.slice(before.length, message.length - after.length));
  }
  return undefined;
};

const howToSendOne = 'set CLAUDETTE_GATEWAY_KEY to one that `claudette keys create --role admin` made there';

/** What a running gateway refused with. */
export async function toRunningError(url: URL, response: Response): Promise<GatewayError> {
  if (response.status === 401 && (await findGatewayKey()) === undefined) {
    return new GatewayError('unauthenticated', `${url.origin} asks for a gateway key; ${howToSendOne}`);
  }
  const body = (await response.json().catch(() => ({}))) as { readonly error?: { readonly message?: unknown } | null };
  const message = body.error?.message;
  const said = typeof message === 'string' ? readError(response.status, message) : undefined;
  if (said !== undefined) return said;
  return new GatewayError('upstream_invalid_reply', `${url.href} answers with ${response.status}: is it a gateway?`);
}

const get = async (url: URL): Promise<unknown> => {
  const response = await sendToRunning(url);
  // Readiness is told with 503 where it lacks something.
  if (response.ok || response.status === 503) return response.json();
  throw await toRunningError(url, response);
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
