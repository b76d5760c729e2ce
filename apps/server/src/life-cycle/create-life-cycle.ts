import type { Clock } from '@claudette/core';
import { GatewayError, toGatewayError } from '@claudette/core';

import { waitingTimers } from './waiting-timers.js';

/** Something that is started, and stopped when what was started after it has been. */
export interface LifePart<Value> {
  /** For messages, e.g. `the HTTP server`. */
  readonly name: string;
  readonly start: () => Value | Promise<Value>;
  readonly stop: (value: Value) => void | Promise<void>;
  /** How long stopping may take, asked when it begins: a limit may have been reloaded. @default 5 seconds */
  readonly stopWithinMs?: () => number;
}

/** The one owner of the order in which a process starts and stops its parts. */
export interface LifeCycle {
  /** Starts a part. When that fails, everything that was started is stopped, and what was thrown is thrown on. */
  start<Value>(part: LifePart<Value>): Promise<Value>;
  /**
   * Stops the parts, the latest first. One that fails or takes too long does not keep the others. Asked again, it gives
   * the same result.
   * @throws GatewayError `internal`, afterwards, naming every part that did not stop as it should
   */
  stop(): Promise<void>;
}

const STOP_WITHIN_MS = 5_000;

/** Holds timers only while a part is being stopped. */
export function createLifeCycle(timers: Pick<Clock, 'after'> = waitingTimers): LifeCycle {
  const started: { readonly name: string; readonly stop: () => Promise<void> }[] = [];
  let stopped: Promise<void> | undefined;

  const within = (limitMs: number, work: Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      const giveUp = timers.after(limitMs, () => reject(new Error(`it took longer than ${limitMs} ms`)));
      work.then(resolve, reject).finally(giveUp);
    });

  const stopAll = async (): Promise<void> => {
    const problems: string[] = [];
    for (const { name, stop } of started.splice(0).reverse()) {
      try {
        await stop();
      } catch (thrown) {
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        problems.push(`${name}: ${reason}`);
      }
    }
    if (problems.length > 0) throw new GatewayError('internal', `not everything stopped; ${problems.join('; ')}`);
  };

  const stop = (): Promise<void> => (stopped ??= stopAll());

  return {
    async start({ name, start, stop: stopPart, stopWithinMs = () => STOP_WITHIN_MS }) {
      try {
        const value = await start();
        started.push({
          name,
          stop: () =>
            within(
              stopWithinMs(),
              Promise.resolve().then(() => stopPart(value)),
            ),
        });
        return value;
      } catch (thrown) {
        // Why it did not start matters more than what went wrong afterwards.
        await stop().catch(() => undefined);
        throw toGatewayError(thrown);
      }
    },
    stop,
  };
}
