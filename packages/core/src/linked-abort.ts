import { createCallController } from './call-signal.js';
import type { CallController, CallSignal } from './call-signal.js';

/** A signal that follows a parent and can be aborted by itself. */
export interface LinkedAbort extends CallController {
  /** Stops following the parent. Call it when the work is over, or the parent keeps this alive. */
  release(): void;
}

/** Follows a signal until it is released. */
export const linkAbort = (parent: CallSignal): LinkedAbort => {
  const controller = createCallController();
  const follow = (): void => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => parent.removeEventListener('abort', follow),
  };
};
