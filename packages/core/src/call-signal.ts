/**
 * The part of an AbortSignal that calls need. A real AbortSignal is one; those made here cost a tenth, which matters
 * because every request has several.
 */
export interface CallSignal {
  readonly aborted: boolean;
  /** Why. Undefined as long as it is not aborted. */
  readonly reason: unknown;
  throwIfAborted(): void;
  /** Calls back once when it aborts; never when it has aborted already. */
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A signal and the way to abort it. A real AbortController is one. */
export interface CallController {
  readonly signal: CallSignal;
  /** The first reason counts; further calls do nothing. */
  abort(reason: unknown): void;
}

class Controller implements CallController, CallSignal {
  aborted = false;
  reason: unknown = undefined;
  readonly #listeners: (() => void)[] = [];

  get signal(): CallSignal {
    return this;
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners.splice(0)) listener();
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (!this.aborted) this.#listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const index = this.#listeners.indexOf(listener);
    if (index >= 0) this.#listeners.splice(index, 1);
  }
}

/** A signal of its own. Listeners run in the order they came, inside `abort`. */
export const createCallController = (): CallController => new Controller();
