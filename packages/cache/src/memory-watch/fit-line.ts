export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The straight line nearest to some points. */
export interface Line {
  /** How much y grows while x grows by 1. */
  readonly slope: number;
  /** Share of y's changes that the line explains, 0 to 1: 1 when all points are on it, 0 when there is no trend. */
  readonly fit: number;
}

/** Fits a line by least squares. Without two different x there is no trend: slope and fit are 0. */
export function fitLine(points: readonly Point[]): Line {
  const count = points.length;
  let meanX = 0;
  let meanY = 0;
  for (const { x, y } of points) {
    meanX += x / count;
    meanY += y / count;
  }
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const { x, y } of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  if (xx === 0 || yy === 0) return { slope: 0, fit: 0 };
  return { slope: xy / xx, fit: xy ** 2 / (xx * yy) };
}
