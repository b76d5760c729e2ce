/** What became known of a call. Most calls tell both at once; a slow one tells that first. */
export interface CallSign {
  /** When it became known, on the clock's `now()`. */
  readonly atMs: number;
  /** When the call began. */
  readonly startedAtMs: number;
  /** Whether the target is to blame for how it ended. Undefined: it has not ended. */
  readonly failed: boolean | undefined;
  /** Whether a stream's first content came late. Undefined: not a stream, told before, or it failed before any came. */
  readonly slow: boolean | undefined;
}

/** Decides from the signs of calls alone when a target is to be left in peace. Knows nothing of states or timers. */
export interface TripPolicy {
  see(sign: CallSign): void;
  /** Why the circuit should open; undefined while it should not. */
  shouldTrip(): string | undefined;
  /** Forgets every sign. */
  reset(): void;
}
