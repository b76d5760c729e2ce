/** Something heavy that is made when it is first needed: a native binding, a tokenizer, a driver. */
export interface LazyPart<Value, Name extends string = string> {
  /** Parts that are loaded before this one and kept as long as it is. */
  readonly needs?: readonly Name[];
  /**
   * Makes it. Called again after a failure and after `dispose`; never twice at once, but where the first took too long.
   * @param needed gives a part listed in `needs`
   */
  load(needed: (name: Name) => unknown): Promise<Value>;
  /**
   * Lets go of what it holds. Only parts that have this are ever let go: Node keeps what it has imported, so that
   * forgetting a mere module would free nothing.
   */
  dispose?(value: Value): void | Promise<void>;
}

/** Parts by name. */
export type LazyParts<Values> = {
  readonly [Name in keyof Values]: LazyPart<Values[Name], keyof Values & string>;
};

type Needs = ReadonlyMap<string, readonly string[]>;

/** The first way from a part back to itself, e.g. `['a', 'b', 'a']`, or undefined when there is none. */
export function findNeedCycle(needs: Needs): readonly string[] | undefined {
  const cleared = new Set<string>();
  const search = (name: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (cleared.has(name)) return undefined;
    for (const need of needs.get(name) ?? []) {
      const cycle = search(need, [...path, name]);
      if (cycle !== undefined) return cycle;
    }
    cleared.add(name);
    return undefined;
  };
  for (const name of needs.keys()) {
    const cycle = search(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
