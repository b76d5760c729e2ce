/** What was counted within one second of the clock. */
export interface CountedSecond {
  readonly second: number;
  amount: number;
}

/** Counts amounts and knows how much came together in the last minute. */
export interface MinuteWindow {
  /** What was counted in the last 60 seconds, and in the part of a second before them that cannot be told apart. */
  total(nowMs: number): number;
  /** Counts an amount; the returned value is what it is taken back with. */
  count(nowMs: number, amount: number): CountedSecond;
  /** Takes back a part of what was counted; does nothing once it has left the window. */
  takeBack(from: CountedSecond, amount: number): void;
  /** How long until no more than `most` of what is counted now is left, in milliseconds. */
  msUntil(nowMs: number, most: number): number;
}

/** Any 60 seconds lie within 61 whole seconds of the clock, so what these hold is never less than what came in a minute. */
const WINDOW_SECONDS = 61;

/**
 * A sliding window of one-second counts. It errs on the safe side, by less than one second: whoever keeps its total within
 * a limit keeps the limit over any 60 seconds, wherever they begin.
 */
export function createMinuteWindow(): MinuteWindow {
  const seconds: CountedSecond[] = [];
  let newest = Number.NEGATIVE_INFINITY;
  let sum = 0;

  const moveTo = (nowMs: number): void => {
    newest = Math.floor(nowMs / 1000);
    for (let oldest = seconds[0]; oldest !== undefined && hasLeft(oldest); oldest = seconds[0]) {
      sum -= oldest.amount;
      seconds.shift();
    }
  };
  const hasLeft = ({ second }: CountedSecond): boolean => second <= newest - WINDOW_SECONDS;

  return {
    total(nowMs) {
      moveTo(nowMs);
      return sum;
    },
    count(nowMs, amount) {
      moveTo(nowMs);
      let current = seconds.at(-1);
      if (current?.second !== newest) {
        current = { second: newest, amount: 0 };
        seconds.push(current);
      }
      current.amount += amount;
      sum += amount;
      return current;
    },
    takeBack(from, amount) {
      if (hasLeft(from)) return;
      from.amount -= amount;
      sum -= amount;
    },
    msUntil(nowMs, most) {
      moveTo(nowMs);
      let left = sum;
      let untilMs = nowMs;
      for (const { second, amount } of seconds) {
        if (left <= most) break;
        left -= amount;
        untilMs = (second + WINDOW_SECONDS) * 1000;
      }
      return untilMs - nowMs;
    },
  };
}
