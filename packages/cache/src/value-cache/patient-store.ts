import type { Clock } from '@claudette/core';
import type { Keyv } from 'keyv';

/** Writes under way at a time; more are dropped. */
const MAX_WRITES = 100;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 30_000;

/** A value in a Keyv, and until when it is there. */
export interface FarValue<V> {
  readonly value: V;
  /** Milliseconds since the Unix epoch. Absent: for ever. */
  readonly expiresAtMs: number | undefined;
}

/** A Keyv that costs its users nothing but its hits: after a failure it is left alone for a while. */
export interface PatientStore<V> {
  /** Never rejects: a store that is slow or fails has nothing. */
  get(key: string): Promise<FarValue<V> | undefined>;
  /** Nobody waits for it. */
  set(key: string, value: V, ttlMs: number): void;
  delete(key: string): Promise<void>;
  clear(): Promise<void>;
  readonly droppedWrites: number;
}

export function createPatientStore<V>(keyv: Keyv<V>, clock: Clock, timeoutMs: number): PatientStore<V> {
  let restMs = FIRST_REST_MS;
  let restsUntilMs = -Infinity;
  let writes = 0;
  let droppedWrites = 0;
  // Without a listener an error event would end the process; whoever asked is told by a rejection or by nothing.
  keyv.on('error', () => undefined);

  const fail = (): undefined => {
    restsUntilMs = clock.now() + restMs;
    restMs = Math.min(LONGEST_REST_MS, 2 * restMs);
  };
  const isResting = (): boolean => clock.now() < restsUntilMs;

  return {
    get(key) {
      if (isResting()) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const cancelTimeout = clock.after(timeoutMs, () => resolve(fail()));
        keyv.getRaw(key).then(
          (raw) => {
            cancelTimeout();
            restMs = FIRST_REST_MS;
            const value = raw?.value;
            resolve(value === undefined ? undefined : { value, expiresAtMs: raw?.expires ?? undefined });
          },
          () => {
            cancelTimeout();
            resolve(fail());
          },
        );
      });
    },
    set(key, value, ttlMs) {
      if (writes >= MAX_WRITES || isResting()) {
        droppedWrites += 1;
        return;
      }
      writes += 1;
      const done = (written: boolean): void => {
        writes -= 1;
        if (!written) droppedWrites += 1;
      };
      keyv.set(key, value, ttlMs).then(done, () => done(false));
    },
    async delete(key) {
      await keyv.delete(key);
    },
    clear: () => keyv.clear(),
    get droppedWrites() {
      return droppedWrites;
    },
  };
}
