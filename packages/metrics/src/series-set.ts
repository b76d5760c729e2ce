/** One combination of label values, and what was counted under it since the last text. */
export interface Series {
  readonly labels: Record<string, string>;
  pending: number;
}

/** The series of one metric. */
export interface SeriesSet {
  /** The series with these label values, made when it is new. */
  find(values: readonly string[]): Series;
  /** In the order in which they were made. */
  all(): readonly Series[];
  /** Forgets them all. */
  clear(): void;
}

/** The first label value leads to the branches of the second, and so on; behind the last one is the series. */
interface Branch {
  series?: Series;
  readonly branches: Map<string, Branch>;
}

const createBranch = (): Branch => ({ branches: new Map() });

/**
 * Creates the set of a metric's series. It is a tree of label values: the engine remembers the hash of each value, while
 * a key joined of them would be hashed anew for every request.
 */
export function createSeriesSet(labelNames: readonly string[]): SeriesSet {
  let root = createBranch();
  let known: Series[] = [];

  const labelsOf = (values: readonly string[]): Record<string, string> =>
    Object.fromEntries(labelNames.map((name, index) => [name, String(values[index])]));

  return {
    find(values) {
      let branch = root;
      for (const value of values) {
        let next = branch.branches.get(value);
        if (next === undefined) branch.branches.set(value, (next = createBranch()));
        branch = next;
      }
      if (branch.series === undefined) known.push((branch.series = { labels: labelsOf(values), pending: 0 }));
      return branch.series;
    },
    all: () => known,
    clear() {
      root = createBranch();
      known = [];
    },
  };
}
