import type { Observe, Principal } from '@claudette/core';
import { GatewayError } from '@claudette/core';
import type { KeyStore } from '@claudette/ledger';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The one principal of open mode. */
export const localPrincipal: Principal = Object.freeze({ id: 'local', name: 'local' });

const bearer = /^Bearer +(.+)$/i;

/** The gateway key in any of the three headers that clients use. */
function keyIn(headers: Headers): string | undefined {
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return bearer.exec(text('authorization') ?? '')?.[1] ?? text('x-api-key') ?? text('x-goog-api-key');
}

const howTo = 'send it as Authorization: Bearer, x-api-key or x-goog-api-key; claudette keys create makes one';

/**
 * Who asks.
 * @throws GatewayError `unauthenticated`
 */
export type Authenticate = (headers: Headers) => Principal;

/** In open mode everybody is the local principal, whatever key they send. */
export function createAuthenticate(mode: 'open' | 'keys', keys: KeyStore, observe: Observe): Authenticate {
  if (mode === 'open') return () => localPrincipal;
  const refuse = (reason: 'missing' | 'unknown' | 'revoked', detail: string): never => {
    observe({ kind: 'auth-failed', reason });
    throw new GatewayError('unauthenticated', detail);
  };
  return (headers) => {
    const key = keyIn(headers);
    if (key === undefined) return refuse('missing', `a gateway key is required; ${howTo}`);
    const found = keys.find(key);
    if (found.kind === 'active') return { id: found.id, name: found.name };
    return refuse(found.kind, `the gateway key is ${found.kind}; ${howTo}`);
  };
}
