/** How many calls are looked at, and how far back. Asked anew for each call, so that it may change. */
export interface CallWindowSize {
  /** The latest so many calls; `volume` of them when that is more. */
  readonly windowCalls: number;
  /** None older than this, in milliseconds. */
  readonly windowMs: number;
  /** So many calls must fit in. */
  readonly volume: number;
}

/** The latest calls, and how many of them were hits. */
export interface CallWindow {
  add(atMs: number, hit: boolean): void;
  readonly calls: number;
  readonly hits: number;
  /** Share of hits, 0 to 1; 0 without calls. */
  readonly share: number;
  clear(): void;
}

interface SeenCall {
  readonly atMs: number;
  readonly hit: boolean;
}

/** A window that slides over calls and over time, whichever is shorter. Calls arrive in order of time. */
export function createCallWindow(sizeOf: () => CallWindowSize): CallWindow {
  const seen: SeenCall[] = [];
  let hits = 0;

  const dropFirst = (): void => {
    if (seen.shift()?.hit === true) hits -= 1;
  };

  return {
    add(atMs, hit) {
      const { windowCalls, windowMs, volume } = sizeOf();
      seen.push({ atMs, hit });
      if (hit) hits += 1;
      while (seen.length > Math.max(windowCalls, volume)) dropFirst();
      for (let first = seen[0]; first !== undefined && atMs - first.atMs > windowMs; first = seen[0]) dropFirst();
    },
    get calls() {
      return seen.length;
    },
    get hits() {
      return hits;
    },
    get share() {
      return seen.length === 0 ? 0 : hits / seen.length;
    },
    clear() {
      seen.length = 0;
      hits = 0;
    },
  };
}
