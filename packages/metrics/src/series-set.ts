/** One combination of label values, and what is counted under it. */
export interface Series<Count> {
  readonly labels: Readonly<Record<string, string>>;
  readonly count: Count;
}

/** The series of one metric. */
export interface SeriesSet<Count> {
  /** The count of the series with these label values, made when it is new. */
  find(values: readonly string[]): Count;
  /** In the order in which they were made. */
  all(): readonly Series<Count>[];
  /** Forgets them all. */
  clear(): void;
}

/** The first label value leads to the branches of the second, and so on; behind the last one is the series. */
interface Branch<Count> {
  count?: Count;
  readonly branches: Map<string, Branch<Count>>;
}

/**
 * Creates the set of a metric's series. It is a tree of label values: the engine remembers the hash of each value, while
 * a key joined of them would be hashed anew for every request.
 *
 * @param create makes a count of nothing
 */
export function createSeriesSet<Count extends object>(
  labelNames: readonly string[],
  create: () => Count,
): SeriesSet<Count> {
  const createBranch = (): Branch<Count> => ({ branches: new Map() });
  let root = createBranch();
  let known: Series<Count>[] = [];

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
      if (branch.count === undefined) {
        branch.count = create();
        known.push({ labels: labelsOf(values), count: branch.count });
      }
      return branch.count;
    },
    all: () => known,
    clear() {
      root = createBranch();
      known = [];
    },
  };
}
