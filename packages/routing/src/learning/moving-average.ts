/** A mean that follows what it learns: of the first values their plain mean, later mostly the recent ones. */
export interface MovingAverage {
  readonly value: number;
  /** How many values it has learned. */
  readonly count: number;
  learn(value: number): void;
}

/** Creates an average that has learned nothing: until then it is `initial`, which counts as so many values. */
export function createMovingAverage(smoothing: number, initial: number, initialCount: 0 | 1): MovingAverage {
  const average = {
    value: initial,
    count: 0,
    learn(value: number): void {
      average.count += 1;
      average.value += Math.max(smoothing, 1 / (initialCount + average.count)) * (value - average.value);
    },
  };
  return average;
}
