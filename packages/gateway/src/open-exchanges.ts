import { GatewayError, linkAbort } from '@claudette/core';
import type { Clock, Interceptor, LinkedAbort } from '@claudette/core';

/** The exchanges under way, so that a shutdown can wait for them and end what is left. */
export interface OpenExchanges {
  readonly count: number;
  readonly isDraining: boolean;
  /** Follows each exchange from its arrival to its outcome; refuses new ones with `draining` once draining has begun. */
  readonly withOpenExchanges: Interceptor;
  /**
   * Takes no more, and resolves when none is left; those that are left after `timeoutMs` are aborted with `draining`.
   * Asked again, it waits for the same end.
   */
  drain(timeoutMs: number): Promise<void>;
  /** Resolves when none is open; takes more meanwhile. */
  empty(): Promise<void>;
}

export function createOpenExchanges(clock: Clock): OpenExchanges {
  const open = new Set<LinkedAbort>();
  let drained: Promise<void> | undefined;
  const waiting: (() => void)[] = [];

  const leave = (one: LinkedAbort): void => {
    one.release();
    open.delete(one);
    if (open.size > 0) return;
    for (const resolve of waiting.splice(0)) resolve();
  };

  const empty = (): Promise<void> =>
    open.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));

  const waitUntilEmpty = async (timeoutMs: number): Promise<void> => {
    if (open.size === 0) return;
    const stop = clock.after(timeoutMs, () => {
      const reason = new GatewayError('draining', `the answer was not finished within ${timeoutMs} ms`);
      for (const one of open) one.abort(reason);
    });
    await empty();
    stop();
  };

  return {
    get count() {
      return open.size;
    },
    get isDraining() {
      return drained !== undefined;
    },
    withOpenExchanges: (next) => async (call) => {
      if (drained !== undefined) throw new GatewayError('draining', 'try another instance');
      const one = linkAbort(call.context.signal);
      open.add(one);
      try {
        const reply = await next({ ...call, context: { ...call.context, signal: one.signal } });
        void reply.outcome.then(() => leave(one));
        return reply;
      } catch (thrown) {
        leave(one);
        throw thrown;
      }
    },
    empty,
    drain: (timeoutMs) => (drained ??= waitUntilEmpty(timeoutMs)),
  };
}
