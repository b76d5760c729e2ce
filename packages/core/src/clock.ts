/** Time as a dependency, so that tests own it. */
export interface Clock {
  /** Milliseconds that never go back; only differences mean anything. */
  now(): number;
  /** Milliseconds since the Unix epoch, an integer. For records and expiry, never for durations. */
  epochMs(): number;
  /** Calls back once after `delayMs`; the returned function cancels it. Never keeps the process alive. */
  after(delayMs: number, callback: () => void): () => void;
}
