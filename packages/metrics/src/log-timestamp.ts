const SECOND_MS = 1_000;

/**
 * Creates a function that writes a moment as pino wants it: `,"time":"2026-01-31T12:34:56.789Z"`. Everything but the
 * milliseconds is kept for the length of a second: making it anew costs as much as a quarter of the line.
 *
 * @param epochMs the moment, as whole milliseconds since the Unix epoch
 */
export function createLogTimestamp(epochMs: () => number = Date.now): () => string {
  let second = Number.NaN;
  let start = '';

  return () => {
    const now = epochMs();
    const milliseconds = now % SECOND_MS;
    if (now - milliseconds !== second) {
      second = now - milliseconds;
      start = `,"time":"${new Date(second).toISOString().slice(0, '2026-01-31T12:34:56.'.length)}`;
    }
    return `${start}${String(milliseconds).padStart(3, '0')}Z"`;
  };
}
