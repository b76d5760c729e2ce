import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib';

import type { Entry } from './entry.js';

/** What of an entry is not in the head of its text. */
export type EntryBody = Omit<Entry, 'label' | 'savings' | 'storedAtMs' | 'expiresAtMs' | 'keptUntilMs'>;

/** As it is, base64, or compressed and base64. */
type Encoding = 't' | 'b' | 'z';

/** What is not in the JSON of a body. */
const elsewhere = {
  bytes: undefined,
  label: undefined,
  savings: undefined,
  storedAtMs: undefined,
  expiresAtMs: undefined,
  keptUntilMs: undefined,
};
/** Below this, 35 to 60 microseconds for each answer that is stored would save 0.2 to 2 kilobytes. */
const MIN_COMPRESSED_BYTES = 4_096;
/** Of what it was; anything larger is not worth the time that each reading takes. */
const WORTHWHILE_SHARE = 0.9;
/** Up to here the work takes less time than handing it to another thread. */
const MAX_SYNC_BYTES = 32_768;
/** Deflate cannot do better: a text that promises more is not ours, and would only take memory. */
const MAX_RATIO = 1_032;
const LINE_FEED = 10;

/**
 * Deflate at its fastest: brotli at its low levels comes to the same size in more time, and it knows no bound on what a few
 * bytes may grow to.
 */
const compression = { level: 1 };
const deflateLater = promisify(deflateRaw);
const inflateLater = promisify(inflateRaw);

/** The body as text: how it is encoded, how many bytes it is, and those. */
export const encodeBody = (entry: Entry): string => encodePlain(toBytes(entry));

/** The same, compressed where that is worth it. */
export const compressBody = async (entry: Entry): Promise<string> => {
  const bytes = toBytes(entry);
  if (bytes.length < MIN_COMPRESSED_BYTES) return encodePlain(bytes);
  const packed =
    bytes.length <= MAX_SYNC_BYTES ? deflateRawSync(bytes, compression) : await deflateLater(bytes, compression);
  const text = packed.toString('base64');
  return text.length <= WORTHWHILE_SHARE * bytes.length ? format('z', bytes.length, text) : encodePlain(bytes);
};

/** The body again, or nothing when the text is none. A promise where that takes long. */
export const decodeBody = (text: string): EntryBody | undefined | Promise<EntryBody | undefined> => {
  const colon = text.indexOf(':');
  const encoding = text.slice(0, 1);
  const length = Number(text.slice(1, colon));
  const rest = text.slice(colon + 1);
  if (encoding === 't') return fromBytes(Buffer.from(rest));
  const decoded = Buffer.from(rest, 'base64');
  if (encoding === 'b') return fromBytes(decoded);
  if (encoding !== 'z' || !(length >= 1 && length <= MAX_RATIO * decoded.length)) return undefined;
  return length > MAX_SYNC_BYTES ? decompressLater(decoded, length) : decompress(decoded, length);
};

const decompress = (packed: Buffer, length: number): EntryBody | undefined => {
  try {
    return fromBytes(inflateRawSync(packed, { maxOutputLength: length }));
  } catch {
    return undefined;
  }
};

const decompressLater = async (packed: Buffer, length: number): Promise<EntryBody | undefined> => {
  try {
    return fromBytes(await inflateLater(packed, { maxOutputLength: length }));
  } catch {
    return undefined;
  }
};

const format = (encoding: Encoding, length: number, text: string): string => `${encoding}${length}:${text}`;

/** Not every store takes a text with a NUL in it. */
const encodePlain = (bytes: Buffer): string =>
  isUtf8(bytes) && !bytes.includes(0)
    ? format('t', bytes.length, bytes.toString())
    : format('b', bytes.length, bytes.toString('base64'));

/** A line of JSON, and the answer's own bytes. */
const toBytes = (entry: Entry): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify({ ...entry, ...elsewhere })}\n`), entry.bytes]);

const fromBytes = (body: Buffer): EntryBody | undefined => {
  const end = body.indexOf(LINE_FEED);
  try {
    const fields = JSON.parse(body.toString('utf8', 0, end)) as Omit<EntryBody, 'bytes'>;
    // Copied: a small Buffer is a window of a larger pool, which it would keep alive.
    return Object.assign(fields, { bytes: new Uint8Array(body.subarray(end + 1)) });
  } catch {
    return undefined;
  }
};
