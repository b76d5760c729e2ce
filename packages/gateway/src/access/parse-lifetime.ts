const msOf: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A hundred years: beyond that it is a slip of the hand. */
const MAX_MS = 36_500 * 86_400_000;

/** How a lifetime is written. */
export const lifetimeForm = 'a number of seconds, minutes, hours or days such as 90s, 30m, 24h or 30d';

/** A lifetime in milliseconds, of a text such as `30d`. Undefined when the text is not one. */
export function parseLifetime(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,10})([smhd])$/.exec(text) ?? [];
  const lifetimeMs = Number(count) * (msOf[unit] ?? NaN);
  return lifetimeMs <= MAX_MS ? lifetimeMs : undefined;
}
