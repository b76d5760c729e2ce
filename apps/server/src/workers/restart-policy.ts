/** When a worker that died is started again. One for all workers of a process. */
export interface RestartPolicy {
  /** Notes a death. @returns how long to rest before the next start, or undefined: there were too many of them */
  died(): number | undefined;
}

const WINDOW_MS = 60_000;
const FIRST_REST_MS = 100;
/** The longest rest. */
export const MOST_REST_MS = 5_000;

/** So many deaths within a minute are not accidents. */
export const MOST_DEATHS = 10;

/** Rests grow with the deaths of the last minute, from 100 ms to 5 s; after ten of them it gives up. */
export function createRestartPolicy(now: () => number): RestartPolicy {
  let deaths: number[] = [];
  return {
    died() {
      const at = now();
      deaths = [...deaths.filter((death) => at - death < WINDOW_MS), at];
      if (deaths.length >= MOST_DEATHS) return undefined;
      return Math.min(MOST_REST_MS, FIRST_REST_MS * 2 ** (deaths.length - 1));
    },
  };
}
