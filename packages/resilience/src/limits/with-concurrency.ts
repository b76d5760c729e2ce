import { GatewayError, targetName } from '@claudette/core';
import type { Call, Clock, Interceptor, Target } from '@claudette/core';

export interface ConcurrencyOptions {
  /** The most attempts a target may have in flight at once; null is no limit. Asked anew for each call. */
  readonly limitFor: (target: Target) => number | null;
  /** The most calls that may wait for one target. */
  readonly maxQueue: number;
  /** The longest such a wait may be, in milliseconds. Read anew for each wait. */
  readonly queueTimeoutMs: number;
  readonly clock: Clock;
}

export interface ConcurrencyLimits {
  /** Holds a call back while its target is busy. Calls without a target pass through. */
  readonly withConcurrency: Interceptor;
  /** Attempts of one target in flight. Costs no allocation: routing asks for every candidate. */
  inFlightOf(target: Target): number;
  /** Attempts in flight per target name; a target that is idle now shows 0. */
  inFlight(): ReadonlyMap<string, number>;
  /** Calls that wait, per target name. */
  queued(): ReadonlyMap<string, number>;
}

/** One target's share: how many attempts it has in flight and who waits, first come first. */
interface Slots {
  running: number;
  readonly waiting: Set<() => void>;
}

/**
 * Limits how many attempts each target has in flight. An attempt holds its slot until its reply's outcome settles. Calls
 * beyond the limit wait in order; one that finds the queue full, or waits too long, fails with `target_busy`, and one
 * that is aborted leaves the queue with its signal's reason.
 */
export function createConcurrencyLimits(options: ConcurrencyOptions): ConcurrencyLimits {
  const { limitFor, maxQueue, clock } = options;
  /** By backend, then by model: looking one up builds no name. */
  const slotsByModel = new Map<string, Map<string, Slots>>();

  const slotsOf = ({ backend, model }: Target): Slots => {
    let models = slotsByModel.get(backend);
    if (models === undefined) {
      models = new Map();
      slotsByModel.set(backend, models);
    }
    let slots = models.get(model);
    if (slots === undefined) {
      slots = { running: 0, waiting: new Set() };
      models.set(model, slots);
    }
    return slots;
  };

  const hasRoom = (slots: Slots, target: Target): boolean => {
    const limit = limitFor(target);
    return limit === null || slots.running < limit;
  };

  const waitForSlot = (slots: Slots, target: Target, { signal }: Call['context']): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        slots.waiting.delete(enter);
        signal.removeEventListener('abort', onAbort);
        stop();
      };
      const enter = (): void => {
        leave();
        slots.running += 1;
        resolve();
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
      };
      const stop = clock.after(options.queueTimeoutMs, () => {
        leave();
        reject(busy(target));
      });
      signal.addEventListener('abort', onAbort, { once: true });
      slots.waiting.add(enter);
    });

  const release = (slots: Slots, target: Target): void => {
    slots.running -= 1;
    // A limit that was raised meanwhile lets several in.
    for (const enter of slots.waiting) {
      if (!hasRoom(slots, target)) return;
      enter();
    }
  };

  const count = (of: (slots: Slots) => number): ReadonlyMap<string, number> => {
    const counts = new Map<string, number>();
    for (const [backend, models] of slotsByModel) {
      for (const [model, slots] of models) counts.set(targetName({ backend, model }), of(slots));
    }
    return counts;
  };

  return {
    withConcurrency: (next) => async (call) => {
      const { target } = call;
      if (target === undefined) return next(call);
      const slots = slotsOf(target);
      if (slots.waiting.size === 0 && hasRoom(slots, target)) slots.running += 1;
      else if (slots.waiting.size >= maxQueue) throw busy(target);
      else if (call.context.signal.aborted) throw call.context.signal.reason;
      else await waitForSlot(slots, target, call.context);
      try {
        const reply = await next(call);
        void reply.outcome.then(() => release(slots, target));
        return reply;
      } catch (cause) {
        release(slots, target);
        throw cause;
      }
    },
    inFlightOf: ({ backend, model }) => slotsByModel.get(backend)?.get(model)?.running ?? 0,
    inFlight: () => count((slots) => slots.running),
    queued: () => count((slots) => slots.waiting.size),
  };
}

const busy = (target: Target): GatewayError => new GatewayError('target_busy', targetName(target));
