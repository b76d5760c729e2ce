import type { CallSignal, Clock, GatewayError } from '@claudette/core';
import { toGatewayError } from '@claudette/core';

export interface ClientFramesOptions {
  /** A fault after the commit, as the last thing the client reads. */
  readonly writeFault: (error: GatewayError) => Uint8Array;
  /** Sent when nothing else was for `HEARTBEAT_MS`; undefined: nothing is. */
  readonly heartbeat: Uint8Array | undefined;
  readonly clock: Clock;
  /** The client's: when it aborts, nobody is there to be kept waiting. */
  readonly signal: CallSignal;
}

/** The longest silence of a stream whose dialect has something to say that means nothing. */
export const HEARTBEAT_MS = 15_000;

type Step = IteratorResult<Uint8Array, undefined>;

const end: Step = { done: true, value: undefined };

/**
 * A stream as a client gets it: never rejects, and never falls silent for long. One timer serves a whole stream: it is
 * not set anew for each frame but looks, when it fires, how long the last one is ago. Heartbeats stand between frames,
 * because what comes from above are whole ones, and only while the client waits for more.
 */
export function createClientFrames(
  frames: AsyncIterator<Uint8Array, undefined>,
  { writeFault, heartbeat, clock, signal }: ClientFramesOptions,
): AsyncIterator<Uint8Array, undefined> {
  /** Who waits for the next step. */
  let give: ((step: Step) => void) | undefined;
  /** A step is on its way; the client may have been given a heartbeat meanwhile. */
  let reading = false;
  /** It came, and nobody waited. */
  let early: Step | undefined;
  let over = false;
  let lastAt = 0;
  let cancelTimer: (() => void) | undefined;

  const stop = (): void => {
    over = true;
    if (heartbeat === undefined) return;
    cancelTimer?.();
    signal.removeEventListener('abort', silence);
  };
  const silence = (): void => cancelTimer?.();
  const hand = (step: Step): void => {
    reading = false;
    if (heartbeat !== undefined) lastAt = clock.now();
    const waiting = give;
    give = undefined;
    if (waiting === undefined) early = step;
    else waiting(step);
  };
  const onStep = (step: Step): void => {
    if (step.done === true) stop();
    hand(step);
  };
  const onError = (thrown: unknown): void => {
    stop();
    hand({ done: false, value: writeFault(toGatewayError(thrown)) });
  };
  const wait = (resolve: (step: Step) => void): void => {
    give = resolve;
  };

  const arm = (beat: Uint8Array, delayMs: number): void => {
    cancelTimer = clock.after(delayMs, () => {
      const leftMs = lastAt + HEARTBEAT_MS - clock.now();
      if (leftMs > 0) return arm(beat, leftMs);
      const waiting = give;
      give = undefined;
      waiting?.({ done: false, value: beat });
      lastAt = clock.now();
      arm(beat, HEARTBEAT_MS);
    });
  };
  if (heartbeat !== undefined && !signal.aborted) {
    lastAt = clock.now();
    arm(heartbeat, HEARTBEAT_MS);
    signal.addEventListener('abort', silence, { once: true });
  }

  return {
    next() {
      if (early !== undefined) {
        const step = early;
        early = undefined;
        return Promise.resolve(step);
      }
      if (over) return Promise.resolve(end);
      const answer = new Promise<Step>(wait);
      if (!reading) {
        reading = true;
        frames.next().then(onStep, onError);
      }
      return answer;
    },
    async return() {
      stop();
      await frames.return?.();
      give?.(end);
      give = undefined;
      return end;
    },
  };
}
