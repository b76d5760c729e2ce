import { hash } from 'node:crypto';

import type { Entry } from './entry.js';

/** Digits of the time that each text begins with, so that a store can find what it need not keep without reading on. */
export const TIME_DIGITS = 15;

/** Goes up with each change of what follows; texts of another version are not read. */
const VERSION = '2';
const CHECK_LENGTH = 22;
const CHECK_AT = TIME_DIGITS + VERSION.length;
const BODY_AT = CHECK_AT + CHECK_LENGTH;

/** Times as text that sorts like the number. */
export const formatTime = (epochMs: number): string => String(epochMs).padStart(TIME_DIGITS, '0');

/** An entry as text for a store: until when it is kept, version, check sum, JSON. */
export const formatEntry = (key: string, entry: Entry): string => {
  const bytes = Buffer.from(entry.bytes.buffer, entry.bytes.byteOffset, entry.bytes.byteLength);
  const body = JSON.stringify({ ...entry, bytes: bytes.toString('base64') });
  const head = formatTime(entry.keptUntilMs) + VERSION;
  return head + checkOf(key, head, body) + body;
};

/** The entry, or nothing when the text is damaged, of another version, or was stored under another key. */
export const parseEntry = (key: string, text: string): Entry | undefined => {
  const head = text.slice(0, CHECK_AT);
  const body = text.slice(BODY_AT);
  if (head.slice(TIME_DIGITS) !== VERSION || text.slice(CHECK_AT, BODY_AT) !== checkOf(key, head, body))
    return undefined;
  const stored = JSON.parse(body) as Omit<Entry, 'bytes'> & { readonly bytes: string };
  // Copied: a small Buffer is a window of a larger pool, which it would keep alive.
  return { ...stored, bytes: new Uint8Array(Buffer.from(stored.bytes, 'base64')) };
};

const checkOf = (key: string, head: string, body: string): string =>
  hash('sha256', key + head + body, 'base64url').slice(0, CHECK_LENGTH);
