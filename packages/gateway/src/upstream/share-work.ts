import { createCallController } from '@claudette/core';
import type { CallController, CallSignal } from '@claudette/core';

/**
 * Work that several may wait for, done once: it begins with the first of them and is ended when the last one has left. A
 * result, a failure too, is kept; work that was ended begins anew with the next one who wants it.
 */
export function shareWork<Result>(
  work: (signal: CallSignal) => Promise<Result>,
): (signal: CallSignal) => Promise<Result> {
  let running: { readonly controller: CallController; readonly result: Promise<Result>; waiting: number } | undefined;

  return (signal) => {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (running === undefined) {
      const controller = createCallController();
      running = { controller, result: work(controller.signal), waiting: 0 };
    }
    const joined = running;
    joined.waiting += 1;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        joined.waiting -= 1;
        if (joined.waiting === 0) {
          running = undefined;
          joined.controller.abort(signal.reason);
        }
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const leave = (): void => {
        signal.removeEventListener('abort', onAbort);
      };
      joined.result.then(
        (result) => {
          leave();
          resolve(result);
        },
        (cause: unknown) => {
          leave();
          reject(cause);
        },
      );
    });
  };
}
