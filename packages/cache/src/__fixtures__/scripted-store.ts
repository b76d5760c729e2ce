import { Keyv } from 'keyv';

import type { KeyvStore } from '../keyv-store.js';

/** A store in a Map, over a real Keyv, that does what the test says. */
export interface ScriptedStore extends KeyvStore {
  readonly rows: Map<string, string>;
  /** How long the store was told to keep each row. */
  readonly ttlMs: Map<string, number | undefined>;
  /** Store operations so far, e.g. `get a`. */
  readonly asked: string[];
  /** From now on: answers, never answers, or throws. */
  mode: 'answers' | 'hangs' | 'throws';
  /** Lets all go on that hang, and answers from now on. */
  release(): void;
  /** As another process writes. */
  writeElsewhere(key: string, text: string): void;
  version: number;
  disconnected: boolean;
}

export function createScriptedStore(): ScriptedStore {
  const rows = new Map<string, string>();
  const ttlMs = new Map<string, number | undefined>();
  let waiting: (() => void)[] = [];

  const answer = async <T>(what: string, work: () => T): Promise<T> => {
    store.asked.push(what);
    if (store.mode === 'throws') throw new Error('the disk is gone');
    if (store.mode === 'hangs') await new Promise<void>((resolve) => waiting.push(resolve));
    return work();
  };
  const removeFirst = (count: number): string[] => {
    const keys = [...rows.keys()].slice(0, count);
    for (const key of keys) rows.delete(key);
    return keys;
  };

  const adapter = {
    opts: {},
    on: () => adapter,
    get: (key: string) => answer(`get ${key}`, () => rows.get(key)),
    set: (key: string, text: string, ttl?: number) =>
      answer(`set ${key}`, () => {
        rows.set(key, text);
        ttlMs.set(key, ttl);
      }),
    delete: (key: string) => answer(`delete ${key}`, () => rows.delete(key)),
    clear: () => answer('clear', () => rows.clear()),
    disconnect: () => answer('disconnect', () => void (store.disconnected = true)),
  };
  const keyv = new Keyv<string>({
    store: adapter,
    throwOnErrors: true,
    namespace: '',
    serialize: ({ value }) => String(value),
    deserialize: (text) => ({ value: text as never, expires: undefined }),
  });
  keyv.on('error', () => undefined);

  const store: ScriptedStore = {
    keyv,
    rows,
    ttlMs,
    asked: [],
    mode: 'answers',
    version: 1,
    disconnected: false,
    release() {
      store.mode = 'answers';
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    writeElsewhere(key, text) {
      rows.set(key, text);
      store.version += 1;
    },
    catalogue: {
      readVersion: () => answer('version', () => store.version),
      readPosition: () => answer('position', () => rows.size),
      listAfter: (position) =>
        answer('list', () => {
          const keys = [...rows.keys()].slice(position, position + 2);
          return { keys, position: position + keys.length };
        }),
      count: () => answer('count', () => rows.size),
      removeExpired: (epochMs, limit) =>
        answer(`expired ${epochMs}`, () => {
          const keys = [...rows].filter(([, text]) => Number(text.slice(0, 15)) <= epochMs).map(([key]) => key);
          for (const key of keys.slice(0, limit)) rows.delete(key);
          return keys.slice(0, limit);
        }),
      removeOldest: (count) => answer(`oldest ${count}`, () => removeFirst(count)),
    },
  };
  return store;
}
