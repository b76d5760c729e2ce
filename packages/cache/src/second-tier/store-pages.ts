import type { EntrySummary } from '../entry/entry-label.js';
import { isHeadCut, isKept, parseHead } from '../entry/entry-text.js';
import type { KeyvStore } from '../stores/keyv-store.js';

export interface StorePage {
  readonly entries: readonly EntrySummary[];
  /** Absent: this is the last page. */
  readonly next: string | undefined;
}

/** A page of what a store holds and keeps; what cannot be read is left out. Rejects when the store does not answer. */
export async function readPage(
  { keyv, catalogue }: KeyvStore,
  cursor: string | undefined,
  nowMs: number,
): Promise<StorePage> {
  const { heads, next } = await catalogue.page(cursor);
  const cut = heads.filter(({ head }) => isHeadCut(head)).map(({ key }) => key);
  const texts = cut.length === 0 ? [] : await keyv.getMany(cut);
  const whole = new Map(cut.map((key, at) => [key, texts[at]]));
  const entries: EntrySummary[] = [];
  for (const { key, head } of heads) {
    const text = whole.get(key) ?? head;
    const entry = isKept(text, nowMs) ? parseHead(key, text) : undefined;
    if (entry !== undefined) entries.push(entry);
  }
  return { entries, next };
}
