import { toGatewayError } from '@claudette/core';
import type { CallSignal, Clock, Reply } from '@claudette/core';

import type { Attempt } from './attempt-run.js';

/** What came of an attempt: its reply, or what it failed with. */
export type Arrival =
  | { readonly attempt: Attempt; readonly reply: Reply }
  | { readonly attempt: Attempt; readonly reply: undefined; readonly thrown: unknown };

/**
 * Waits for whatever comes first: an attempt commits or fails, or it is `untilMs` on the clock, which is told by
 * undefined. Rejects with the signal's reason as soon as it aborts; a single attempt rejects by itself then. Leaves no
 * timer and no listener behind.
 */
export const nextArrival = (
  running: readonly Attempt[],
  untilMs: number | undefined,
  clock: Clock,
  signal: CallSignal,
): Promise<Arrival | undefined> => {
  const [only, other] = running;
  return only !== undefined && other === undefined && untilMs === undefined
    ? arrivalOf(only)
    : race(running, untilMs, clock, signal);
};

const arrivalOf = async (attempt: Attempt): Promise<Arrival> => {
  try {
    return { attempt, reply: await attempt.reply };
  } catch (thrown) {
    return { attempt, reply: undefined, thrown };
  }
};

const race = (
  running: readonly Attempt[],
  untilMs: number | undefined,
  clock: Clock,
  signal: CallSignal,
): Promise<Arrival | undefined> =>
  new Promise((resolve, reject) => {
    const end = (arrival: Arrival | undefined): void => {
      stop?.();
      signal.removeEventListener('abort', onAbort);
      resolve(arrival);
    };
    const onAbort = (): void => {
      stop?.();
      reject(toGatewayError(signal.reason));
    };
    const stop = untilMs === undefined ? undefined : clock.after(untilMs - clock.now(), () => end(undefined));
    signal.addEventListener('abort', onAbort, { once: true });
    for (const attempt of running) {
      attempt.reply.then(
        (reply) => end({ attempt, reply }),
        (thrown: unknown) => end({ attempt, reply: undefined, thrown }),
      );
    }
  });
