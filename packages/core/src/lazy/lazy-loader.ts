import type { Clock } from '../clock.js';
import { GatewayError } from '../errors.js';
import { findNeedCycle } from './lazy-part.js';
import type { LazyPart, LazyParts } from './lazy-part.js';

/** How one part is. */
export interface LazyPartStatus {
  readonly name: string;
  readonly state: 'absent' | 'loading' | 'loaded';
  /** How many hold it now; other parts that need it count. */
  readonly inUse: number;
  readonly loads: number;
  /** Loads that failed or took too long, and disposals that failed. */
  readonly failures: number;
  readonly disposals: number;
  /** How long its latest load took; undefined before the first. */
  readonly loadMs: number | undefined;
}

/** Loads heavy parts on first use and lets them go when they are idle. Whoever creates it closes it. */
export interface LazyLoader<Values> {
  /**
   * Runs some work with a part, which is loaded unless it is loaded or being loaded, and is not disposed before the work
   * has ended.
   *
   * @throws GatewayError `internal` when it cannot be loaded, or whatever GatewayError its load has thrown; the next use
   * tries again
   */
  use<Name extends keyof Values & string, Result>(
    name: Name,
    work: (value: Values[Name]) => Result | Promise<Result>,
  ): Promise<Result>;
  /** Every part, in the order of the definition. */
  status(): readonly LazyPartStatus[];
  /** Disposes what nobody uses, for when memory is short. Resolves to the names of what was let go. */
  disposeIdle(): Promise<readonly string[]>;
  /** Disposes everything: what is in use as soon as its users have ended. Nothing can be used afterwards. */
  close(): Promise<void>;
}

export interface LazyLoaderOptions {
  readonly clock: Clock;
  /** Most milliseconds that a load may take, without those of what it needs. @default 30_000 */
  readonly timeoutMs?: number;
  /** A part that nobody has used for so many milliseconds is disposed. @default Infinity */
  readonly idleMs?: number;
  /** Of more loaded parts than this, the least recently used are disposed, in use ones excepted. @default Infinity */
  readonly maxLoaded?: number;
}

interface Entry {
  readonly name: string;
  readonly part: LazyPart<unknown>;
  readonly needs: readonly Entry[];
  loaded: { readonly value: unknown } | undefined;
  loading: Promise<void> | undefined;
  disposing: Promise<void> | undefined;
  inUse: number;
  lastUsedAt: number;
  loads: number;
  failures: number;
  disposals: number;
  loadMs: number | undefined;
}

/** @throws Error when a part needs one that is not there, or itself by way of others: a mistake of the program. */
function createEntries(parts: Readonly<Record<string, LazyPart<unknown>>>): readonly Entry[] {
  const needs = new Map(Object.entries(parts).map(([name, part]) => [name, part.needs ?? []]));
  const unknown = [...needs.values()].flat().find((name) => !needs.has(name));
  if (unknown !== undefined) throw new Error(`there is no lazy part ${unknown}`);
  const cycle = findNeedCycle(needs);
  if (cycle !== undefined) throw new Error(`lazy parts need each other in a circle: ${cycle.join(' -> ')}`);

  const entries = new Map<string, Entry>();
  const entryOf = (name: string, part: LazyPart<unknown>): Entry => {
    const known = entries.get(name);
    if (known !== undefined) return known;
    const entry: Entry = {
      name,
      part,
      needs: (part.needs ?? []).map((need) => entryOf(need, parts[need] as LazyPart<unknown>)),
      loaded: undefined,
      loading: undefined,
      disposing: undefined,
      inUse: 0,
      lastUsedAt: 0,
      loads: 0,
      failures: 0,
      disposals: 0,
      loadMs: undefined,
    };
    entries.set(name, entry);
    return entry;
  };
  return Object.entries(parts).map(([name, part]) => entryOf(name, part));
}

const toLoadError = (name: string, thrown: unknown): GatewayError => {
  if (thrown instanceof GatewayError) return thrown;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new GatewayError('internal', `${name} cannot be loaded: ${why}`, { cause: thrown });
};

/**
 * A loader of the given parts. Loads nothing yet.
 * @throws Error when a part needs one that is not there, or itself by way of others
 */
export function createLazyLoader<Values extends object>(
  parts: LazyParts<Values>,
  { clock, timeoutMs = 30_000, idleMs = Infinity, maxLoaded = Infinity }: LazyLoaderOptions,
): LazyLoader<Values> {
  const entries = createEntries(parts);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  let closed = false;
  let cancelSweep: (() => void) | undefined;

  /** What comes after its time is not wanted any more, but may hold something. */
  const loadInTime = ({ part, needs, name }: Entry): Promise<unknown> =>
    new Promise((resolve, reject) => {
      let late = false;
      const cancel = clock.after(timeoutMs, () => {
        late = true;
        reject(new Error(`not within ${timeoutMs} ms`));
      });
      const needed = (wanted: string): unknown => {
        const need = needs.find((entry) => entry.name === wanted);
        if (need === undefined) throw new Error(`${name} does not say that it needs ${wanted}`);
        return need.loaded?.value;
      };
      const load = async (): Promise<unknown> => part.load(needed);
      load().then(
        (value) => {
          cancel();
          if (late)
            Promise.resolve(value)
              .then(part.dispose?.bind(part))
              .catch(() => undefined);
          else resolve(value);
        },
        (thrown) => {
          cancel();
          reject(thrown);
        },
      );
    });

  const load = async (entry: Entry): Promise<void> => {
    const held: Entry[] = [];
    try {
      await entry.disposing;
      for (const need of entry.needs) held.push(await hold(need));
      const startedAt = clock.now();
      const value = await loadInTime(entry);
      entry.loaded = { value };
      entry.loads += 1;
      entry.loadMs = clock.now() - startedAt;
    } catch (thrown) {
      entry.failures += 1;
      held.forEach(release);
      throw toLoadError(entry.name, thrown);
    } finally {
      entry.loading = undefined;
    }
    disposeSurplus();
  };

  const hold = async (entry: Entry): Promise<Entry> => {
    entry.inUse += 1;
    try {
      if (entry.loaded === undefined) await (entry.loading ??= load(entry));
      return entry;
    } catch (thrown) {
      entry.inUse -= 1;
      throw thrown;
    }
  };

  const release = (entry: Entry): void => {
    entry.inUse -= 1;
    entry.lastUsedAt = clock.now();
    if (entry.inUse > 0) return;
    if (closed) void dispose(entry);
    else disposeSurplus();
    sweepLater();
  };

  const isDisposable = ({ loaded, inUse, part }: Entry): boolean =>
    loaded !== undefined && inUse === 0 && part.dispose !== undefined;

  const dispose = (entry: Entry): Promise<void> => {
    const { part, loaded } = entry;
    if (!isDisposable(entry)) return Promise.resolve();
    entry.loaded = undefined;
    entry.disposals += 1;
    const letGo = async (): Promise<void> => {
      try {
        await part.dispose?.(loaded?.value);
      } catch {
        entry.failures += 1;
      }
      entry.disposing = undefined;
      entry.needs.forEach(release);
    };
    return (entry.disposing = letGo());
  };

  const disposeSurplus = (): void => {
    let surplus = entries.filter(({ loaded }) => loaded !== undefined).length - maxLoaded;
    if (surplus <= 0) return;
    for (const entry of entries.filter(isDisposable).sort((a, b) => a.lastUsedAt - b.lastUsedAt)) {
      if (surplus <= 0) return;
      void dispose(entry);
      surplus -= 1;
    }
  };

  const sweep = (): void => {
    cancelSweep = undefined;
    for (const entry of entries) if (clock.now() - entry.lastUsedAt >= idleMs) void dispose(entry);
    sweepLater();
  };

  /** One timer for all, and only while there is something to let go. */
  const sweepLater = (): void => {
    if (idleMs === Infinity || closed || cancelSweep !== undefined) return;
    const idleSince = entries.filter(isDisposable).map(({ lastUsedAt }) => lastUsedAt);
    if (idleSince.length > 0) cancelSweep = clock.after(Math.min(...idleSince) + idleMs - clock.now(), sweep);
  };

  /** Again and again: what is disposed may have been the last to need another part. */
  const disposeIdle = async (): Promise<readonly string[]> => {
    const names: string[] = [];
    for (let idle = entries.filter(isDisposable); idle.length > 0; idle = entries.filter(isDisposable)) {
      names.push(...idle.map(({ name }) => name));
      await Promise.all(idle.map(dispose));
    }
    return names;
  };

  return {
    async use(name, work) {
      if (closed) throw new GatewayError('draining', `${name} is not loaded any more`);
      const entry = await hold(byName.get(name) as Entry);
      try {
        return await work(entry.loaded?.value as Values[typeof name]);
      } finally {
        release(entry);
      }
    },
    status: () =>
      entries.map(({ name, loaded, loading, inUse, loads, failures, disposals, loadMs }) => ({
        name,
        state: loading !== undefined ? 'loading' : loaded !== undefined ? 'loaded' : 'absent',
        inUse,
        loads,
        failures,
        disposals,
        loadMs,
      })),
    disposeIdle,
    async close() {
      closed = true;
      cancelSweep?.();
      await disposeIdle();
    },
  };
}
