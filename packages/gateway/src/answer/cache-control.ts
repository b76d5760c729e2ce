import type { CallContext } from '@claudette/core';

/** What a client's `Cache-Control` asks of the cache. */
export interface CacheWishes extends Pick<CallContext, 'maxAgeMs' | 'noStore' | 'maxStaleMs'> {
  /** A stored answer or none. */
  readonly onlyIfCached: boolean;
}

const noWishes: CacheWishes = Object.freeze({
  maxAgeMs: undefined,
  noStore: undefined,
  maxStaleMs: undefined,
  onlyIfCached: false,
});

const MAX_DIGITS = 9;

const toMs = (seconds: string | undefined): number | undefined =>
  seconds !== undefined && seconds.length <= MAX_DIGITS && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;

/**
 * Reads a request's `Cache-Control`: `no-cache` and `max-age`, `no-store` and `only-if-cached` of RFC 9111, section 5.2.1,
 * and `stale-if-error` of RFC 5861. What is unknown or wrong is passed over, as the RFC has it.
 */
export function readCacheControl(value: string | undefined): CacheWishes {
  if (value === undefined) return noWishes;
  const directives = new Map(
    value
      .toLowerCase()
      .split(',')
      .map((directive) => {
        const [name = '', argument] = directive.split('=');
        return [name.trim(), argument?.trim().replace(/^"(.*)"$/, '$1')] as const;
      }),
  );
  return {
    maxAgeMs: directives.has('no-cache') ? 0 : toMs(directives.get('max-age')),
    noStore: directives.has('no-store') || undefined,
    maxStaleMs: toMs(directives.get('stale-if-error')),
    onlyIfCached: directives.has('only-if-cached'),
  };
}
