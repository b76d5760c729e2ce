/** Which part of a list a client wants to see. */
export interface PageQuery {
  /** How many at most. */
  readonly size: string;
  /** Begins behind this one. */
  readonly after: string | null;
  /** Ends in front of this one. */
  readonly before: string | null;
}

export interface Page {
  readonly page: readonly string[];
  /** There is more in front of it. */
  readonly before: boolean;
  /** There is more behind it. */
  readonly after: boolean;
}

/** One page of a list of ids. An id that is not in the list is as if it had not been named. */
export function pageOf(ids: readonly string[], query: PageQuery): Page {
  const size = Number(query.size);
  const endAt = query.before === null ? -1 : ids.indexOf(query.before);
  const start = endAt < 0 ? (query.after === null ? 0 : ids.indexOf(query.after) + 1) : Math.max(0, endAt - size);
  const end = Math.min(ids.length, endAt < 0 ? start + size : endAt);
  return { page: ids.slice(start, end), before: start > 0, after: end < ids.length };
}
