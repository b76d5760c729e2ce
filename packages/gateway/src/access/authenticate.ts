import type { AuthFailureReason, Observe } from '@claudette/core';
import { GatewayError } from '@claudette/core';
import type { KeyStore } from '@claudette/ledger';

import type { FailedAttempts } from './failed-attempts.js';
import type { Caller } from './roles.js';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Where a request comes from and what it asks for, as far as that is known. */
export interface RequestSource {
  /** The client's network address. */
  readonly ip?: string;
  /** Path and query string. */
  readonly url?: string;
}

/** The one caller of open mode: whoever is on this machine owns the gateway. */
export const localPrincipal: Caller = Object.freeze({ id: 'local', name: 'local', role: 'admin' });

const bearer = /^Bearer +(.+)$/i;

/** The gateway key in any of the three headers that clients use. */
function keyIn(headers: Headers): string | undefined {
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return bearer.exec(text('authorization') ?? '')?.[1] ?? text('x-api-key') ?? text('x-goog-api-key');
}

/** Where clients of some APIs put a key. Our own routes have parameters of such names that hold none. */
const keyParameter = /^(?!\/api\/)[^?]*\?(?:.*&)?(?:key|api[_-]?key|access_token)=/i;
const gatewayKeyInUrl = /[?&][^=&]*=claudette-[\w-]{43}(?:&|$)/;

const isKeyInUrl = (url: string): boolean => url.includes('?') && (keyParameter.test(url) || gatewayKeyInUrl.test(url));

const howTo = 'send it as Authorization: Bearer, x-api-key or x-goog-api-key';
const howToGetOne = `${howTo}; claudette keys create makes one`;

/** Somebody tries keys. Says how long they have to wait. */
export class TooManyFailures extends GatewayError {
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('too_many_failures', `wait ${Math.ceil(retryAfterMs / 1000)} s, or send a gateway key that is good`);
    this.name = 'TooManyFailures';
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Who asks. A good key is good however many bad ones came from its address.
 * @throws GatewayError `unauthenticated`, `too_many_failures`
 */
export type Authenticate = (headers: Headers, source?: RequestSource) => Caller;

export interface AuthenticateOptions {
  /** In open mode everybody is the local principal, whatever key they send. */
  readonly mode: 'open' | 'keys';
  readonly keys: Pick<KeyStore, 'find'>;
  readonly failedAttempts: FailedAttempts;
  readonly observe: Observe;
}

export function createAuthenticate({ mode, keys, failedAttempts, observe }: AuthenticateOptions): Authenticate {
  const refuse = (reason: AuthFailureReason, detail: string): never => {
    observe({ kind: 'auth-failed', reason });
    throw new GatewayError('unauthenticated', detail);
  };
  /** Whatever the mode is: what stands in a URL is written into logs and histories on its way. */
  const checkUrl = (url: string | undefined): void => {
    if (url !== undefined && isKeyInUrl(url)) refuse('in-url', `a key in the URL is no secret any more; ${howTo}`);
  };

  if (mode === 'open') {
    return (_headers, source) => {
      checkUrl(source?.url);
      return localPrincipal;
    };
  }
  return (headers, source) => {
    checkUrl(source?.url);
    const key = keyIn(headers);
    if (key === undefined) return refuse('missing', `a gateway key is required; ${howToGetOne}`);
    const found = keys.find(key);
    if (found.kind === 'active') return found.holder;
    const waitMs = source?.ip === undefined ? undefined : failedAttempts.add(source.ip);
    if (waitMs !== undefined) {
      observe({ kind: 'auth-failed', reason: found.kind });
      throw new TooManyFailures(waitMs);
    }
    return refuse(found.kind, `the gateway key is ${found.kind}; ${howToGetOne}`);
  };
}
