import { Keyv } from 'keyv';

import { HEAD_LENGTH } from '../entry/entry-text.js';
import type { KeyvStore, PresenceSource } from '../stores/keyv-store.js';

/** A store in a Map, over a real Keyv, that does what the test says. */
export interface ScriptedStore extends KeyvStore {
  readonly presence: PresenceSource;
  readonly rows: Map<string, string>;
  /** How long the store was told to keep each row. */
  readonly ttlMs: Map<string, number | undefined>;
  /** Store operations so far, e.g. `get a b`; listening for announcements is not one of them. */
  readonly asked: string[];
  /** Announcements so far. */
  readonly announced: string[];
  /** From now on: answers, never answers, or throws. */
  mode: 'answers' | 'hangs' | 'throws';
  /** Lets all go on that hang, and answers from now on. */
  release(): void;
  /** As another process writes. */
  writeElsewhere(key: string, text: string): void;
  /** A store whose keys nobody knows without asking. */
  withoutPresence(): KeyvStore;
  version: number;
  disconnected: boolean;
}

/** Rows of a page. */
const PAGE_ROWS = 2;

export function createScriptedStore(): ScriptedStore {
  const rows = new Map<string, string>();
  const ttlMs = new Map<string, number | undefined>();
  const announced: string[] = [];
  let waiting: (() => void)[] = [];

  const answer = async <T>(what: string | undefined, work: () => T): Promise<T> => {
    if (what !== undefined) store.asked.push(what);
    if (store.mode === 'throws') throw new Error('the disk is gone');
    if (store.mode === 'hangs') await new Promise<void>((resolve) => waiting.push(resolve));
    return work();
  };
  const removeAll = (keys: readonly string[]): string[] => keys.filter((key) => rows.delete(key));

  const adapter = {
    opts: {},
    on: () => adapter,
    get: (key: string) => answer(`get ${key}`, () => rows.get(key)),
    getMany: (keys: readonly string[]) => answer(`get ${keys.join(' ')}`, () => keys.map((key) => rows.get(key))),
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
    announced,
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
    withoutPresence: () => ({ keyv, catalogue: store.catalogue, ping: store.ping }),
    ping: () => answer('ping', () => undefined),
    presence: {
      readVersion: () => answer('version', () => store.version),
      readPosition: () => answer('position', () => rows.size),
      listAfter: (position) =>
        answer('list', () => {
          const keys = [...rows.keys()].slice(position, position + PAGE_ROWS);
          return { keys, position: position + keys.length };
        }),
    },
    catalogue: {
      count: () => answer('count', () => rows.size),
      // A key as the cursor: rows that go meanwhile move no others.
      page: (cursor = '') =>
        answer('page', () => {
          const keys = [...rows.keys()].sort().filter((key) => key > cursor);
          const heads = keys
            .slice(0, PAGE_ROWS)
            .map((key) => ({ key, head: rows.get(key)?.slice(0, HEAD_LENGTH) ?? '' }));
          return { heads, next: keys.length > PAGE_ROWS ? heads.at(-1)?.key : undefined };
        }),
      remove: (keys) => answer(`remove ${keys.join(' ')}`, () => removeAll(keys).length),
      removeExpired: (epochMs, limit) =>
        answer(`expired ${epochMs}`, () => {
          const keys = [...rows].filter(([, text]) => Number(text.slice(0, 15)) <= epochMs).map(([key]) => key);
          return removeAll(keys.slice(0, limit));
        }),
      removeOldest: (count) => answer(`oldest ${count}`, () => removeAll([...rows.keys()].slice(0, count))),
      announce: (text) => answer('announce', () => void announced.push(text)),
      announcedSince: (position) =>
        answer(undefined, () => ({
          texts: position === undefined ? [] : announced.slice(Number(position)),
          position: String(announced.length),
        })),
    },
  };
  return store;
}
