import type { Clock, UpstreamFault } from '@claudette/core';

import { available, formatWait } from './availability.js';
import type { Availability } from './availability.js';
import { limitReached } from './limit-reached.js';

export interface KeyRingOptions {
  readonly clock: Clock;
  /** Yields numbers from 0 (included) to 1 (excluded). */
  readonly random: () => number;
}

/**
 * The keys of all backends take turns, and those in trouble rest. Keys are references such as `env:OPENAI_KEY_2`; no secret
 * comes here. What is remembered outlives a change of configuration: keep one ring per process.
 */
export interface KeyRing {
  /**
   * The next key of a backend that does not rest.
   *
   * @param keys all keys of the backend, at least one
   * @throws UpstreamError `backend_limit_reached` when all of them rest, with the time until one does not
   */
  take(backend: string, keys: readonly string[]): string;
  /**
   * Lets a key rest. After a rate limit: as long as the backend asked for, up to an hour, and longer from one to the next.
   * After a refusal (HTTP 400 to 403): for a minute, as long as the backend has a key that was not refused.
   */
  cool(backend: string, key: string, fault: Pick<UpstreamFault, 'retryAfterMs' | 'status'>): void;
  /** The backend has answered to this key, so that its rate limits are no longer in a row. */
  succeeded(backend: string, key: string): void;
  /** Whether `take` would find a key now. */
  hasFreeKey(backend: string, keys: readonly string[]): Availability;
  /** How long until `take` finds a key, in milliseconds; 0 when it does now. */
  restMs(backend: string, keys: readonly string[]): number;
}

/** Why a key rests, and until when, on the clock's `now()`. */
interface Trouble {
  /** Rate limits in a row. */
  limits: number;
  limitedUntilMs: number;
  refusedUntilMs: number;
}

/** The keys of one backend. */
interface Ring {
  /** How many keys were handed out. */
  turn: number;
  readonly troubles: Map<string, Trouble>;
}

const BASE_REST_MS = 1_000;
const LARGEST_FACTOR = 16;
const LONGEST_REST_MS = 3_600_000;
const REFUSED_REST_MS = 60_000;
/** Backends, and keys of one: names come from the configuration, and those of former ones must not add up. */
const MAX_REMEMBERED = 1_000;
/** Timers count in whole milliseconds: who waits for the end of a rest may come a little before it. */
const EARLY_MS = 2;

const refusals: ReadonlySet<number | undefined> = new Set([400, 401, 402, 403]);

/** Creates the ring. It has no timers: a rest is over when somebody looks after its end. */
export function createKeyRing({ clock, random }: KeyRingOptions): KeyRing {
  const rings = new Map<string, Ring>();

  const ringOf = (backend: string): Ring =>
    rings.get(backend) ?? remember(rings, backend, { turn: 0, troubles: new Map() });

  /** Where every key was refused, all of them are tried: the backend's own answer says best what is wrong. */
  const isEachRefused = ({ troubles }: Ring, keys: readonly string[], nowMs: number): boolean =>
    keys.every((key) => (troubles.get(key)?.refusedUntilMs ?? nowMs) > nowMs);

  const restMs = (backend: string, keys: readonly string[]): number => {
    const ring = rings.get(backend);
    if (ring === undefined || ring.troubles.size === 0) return 0;
    const nowMs = clock.now();
    const eachRefused = isEachRefused(ring, keys, nowMs);
    let soonestMs = Number.POSITIVE_INFINITY;
    for (const key of keys) soonestMs = Math.min(soonestMs, restOf(ring.troubles.get(key), nowMs, eachRefused));
    return soonestMs;
  };

  return {
    take(backend, keys) {
      const ring = ringOf(backend);
      const nowMs = clock.now();
      const eachRefused = ring.troubles.size > 0 && isEachRefused(ring, keys, nowMs);
      for (let tried = 0; tried < keys.length; tried += 1) {
        const key = keys[ring.turn % keys.length];
        ring.turn += 1;
        if (key !== undefined && restOf(ring.troubles.get(key), nowMs, eachRefused) === 0) return key;
      }
      const waitMs = restMs(backend, keys);
      throw limitReached(backend, formatRest(keys, waitMs), waitMs);
    },
    cool(backend, key, { status, retryAfterMs }) {
      const { troubles } = ringOf(backend);
      const trouble =
        troubles.get(key) ??
        remember(troubles, key, { limits: 0, limitedUntilMs: -Infinity, refusedUntilMs: -Infinity });
      const nowMs = clock.now();
      if (refusals.has(status)) {
        trouble.refusedUntilMs = nowMs + REFUSED_REST_MS;
        return;
      }
      let waitMs = retryAfterMs ?? 0;
      // Calls that were under way when the rest began meet the same limit, not the next one.
      if (!isLimited(trouble, nowMs)) {
        // What the backend says is believed once; one that limits again and again is left alone for longer.
        const isKnown = retryAfterMs !== undefined && trouble.limits === 0;
        const boundMs = BASE_REST_MS * Math.min(2 ** trouble.limits, LARGEST_FACTOR);
        trouble.limits += 1;
        if (!isKnown) waitMs = Math.max(waitMs, boundMs * (0.5 + random() / 2));
      }
      trouble.limitedUntilMs = Math.max(trouble.limitedUntilMs, nowMs + Math.min(waitMs, LONGEST_REST_MS));
    },
    succeeded(backend, key) {
      const troubles = rings.get(backend)?.troubles;
      const trouble = troubles?.get(key);
      // An answer that comes during a rest belongs to a call from before it.
      if (trouble !== undefined && !isLimited(trouble, clock.now())) troubles?.delete(key);
    },
    hasFreeKey(backend, keys) {
      const waitMs = restMs(backend, keys);
      return waitMs === 0 ? available : { available: false, reason: formatRest(keys, waitMs) };
    },
    restMs,
  };
}

const isLimited = ({ limitedUntilMs }: Trouble, nowMs: number): boolean => limitedUntilMs - nowMs > EARLY_MS;

/** How long a key rests; 0 when it does not. */
const restOf = (trouble: Trouble | undefined, nowMs: number, eachRefused: boolean): number => {
  if (trouble === undefined) return 0;
  const limitedMs = isLimited(trouble, nowMs) ? trouble.limitedUntilMs - nowMs : 0;
  return eachRefused ? limitedMs : Math.max(limitedMs, trouble.refusedUntilMs - nowMs);
};

const formatRest = ({ length }: readonly string[], waitMs: number): string =>
  `${length === 1 ? 'its key rests after a rate limit' : `all ${length} keys rest`}; ${formatWait(waitMs)}`;

/** Adds to a bounded map: what was added first makes room. */
const remember = <Value>(map: Map<string, Value>, key: string, value: Value): Value => {
  for (const oldest of map.keys()) {
    if (map.size < MAX_REMEMBERED) break;
    map.delete(oldest);
  }
  map.set(key, value);
  return value;
};
