import { hash } from 'node:crypto';

import type { EntrySummary } from './entry-label.js';
import { decodeBody, encodeBody } from './entry-body.js';
import type { EntryBody } from './entry-body.js';
import { toSummary } from './entry.js';
import type { Entry } from './entry.js';

/** Digits of the time that each text begins with, so that a store can find what it need not keep without reading on. */
export const TIME_DIGITS = 15;

/** Characters of a text that have its head in them, but for one with uncommonly long labels. */
export const HEAD_LENGTH = 1_024;

/** Goes up with each change of what follows; texts of another version are not read. */
const VERSION = '3';
const CHECK_LENGTH = 22;
const SUMMARY_AT = TIME_DIGITS + VERSION.length;

/** Times as text that sorts like the number. */
export const formatTime = (epochMs: number): string => String(epochMs).padStart(TIME_DIGITS, '0');

/**
 * An entry as text for a store: a head (until when it is kept, version, summary as JSON) that can be read alone, on a line
 * of its own; a check sum over all, the key included; the body.
 *
 * @param body as encoded. @default not compressed
 */
export const formatEntry = (key: string, entry: Entry, body = encodeBody(entry)): string => {
  // Its key is what it is found by.
  const summary = JSON.stringify({ ...toSummary(key, entry), key: undefined });
  const head = formatTime(entry.keptUntilMs) + VERSION + summary;
  return `${head}\n${checkOf(key, head, body)}${body}`;
};

/** The entry, or nothing when the text is damaged, of another version, or of another key. A promise where that takes long. */
export const parseEntry = (key: string, text: string): Entry | undefined | Promise<Entry | undefined> => {
  const headEnd = endOfHead(text);
  if (headEnd === undefined) return undefined;
  const bodyAt = headEnd + 1 + CHECK_LENGTH;
  const head = text.slice(0, headEnd);
  const encoded = text.slice(bodyAt);
  if (text.slice(headEnd + 1, bodyAt) !== checkOf(key, head, encoded)) return undefined;
  const body = decodeBody(encoded);
  return body instanceof Promise ? body.then((decoded) => join(key, head, decoded)) : join(key, head, body);
};

/** What the head says, or nothing when it is damaged, cut off or of another version. The check sum is not looked at. */
export const parseHead = (key: string, text: string): EntrySummary | undefined => {
  const headEnd = endOfHead(text);
  if (headEnd === undefined) return undefined;
  try {
    const summary = JSON.parse(text.slice(SUMMARY_AT, headEnd)) as Partial<EntrySummary> | null;
    return isSummary(summary) ? Object.assign(summary, { key }) : undefined;
  } catch {
    return undefined;
  }
};

/** Whether what there is of a text ends before its head does. */
export const isHeadCut = (text: string): boolean => text[TIME_DIGITS] === VERSION && !text.includes('\n');

/** Whether the time until which it is kept, with which every text begins, is still to come. */
export const isKept = (text: string, nowMs: number): boolean => text.slice(0, TIME_DIGITS) > formatTime(nowMs);

const endOfHead = (text: string): number | undefined => {
  if (text[TIME_DIGITS] !== VERSION) return undefined;
  const end = text.indexOf('\n');
  return end === -1 ? undefined : end;
};

const join = (key: string, head: string, body: EntryBody | undefined): Entry | undefined => {
  const summary = parseHead(key, `${head}\n`);
  if (summary === undefined || body === undefined) return undefined;
  const { scope, operation, tags, costNano, durationMs, storedAtMs, expiresAtMs } = summary;
  return Object.assign(body, {
    label: { scope, operation, tags },
    savings: { costNano, durationMs },
    storedAtMs,
    expiresAtMs,
    keptUntilMs: Number(head.slice(0, TIME_DIGITS)),
  });
};

/** What filters and lists rely on. */
const isSummary = (summary: Partial<EntrySummary> | null): summary is EntrySummary =>
  typeof summary?.storedAtMs === 'number' &&
  typeof summary.expiresAtMs === 'number' &&
  typeof summary.scope?.kind === 'string' &&
  typeof summary.target?.backend === 'string' &&
  typeof summary.target.model === 'string' &&
  Array.isArray(summary.tags);

const checkOf = (key: string, head: string, body: string): string =>
  hash('sha256', `${key}\n${head}\n${body}`, 'base64url').slice(0, CHECK_LENGTH);
