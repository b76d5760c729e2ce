import { asBuffer } from '../as-buffer.js';

/** Bytes from `start` up to, but not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const skipSpace = (body: Buffer, from: number): number => {
  let at = from;
  while (isSpace(body[at])) at += 1;
  return at;
};

/** The position behind the string that opens at `from`. */
const skipString = (body: Buffer, from: number): number => {
  let quote = body.indexOf(QUOTE, from + 1);
  while (quote >= 0) {
    let before = quote - 1;
    while (body[before] === BACKSLASH) before -= 1;
    const backslashes = quote - 1 - before;
    if (backslashes % 2 === 0) return quote + 1;
    quote = body.indexOf(QUOTE, quote + 1);
  }
  return body.length;
};

const skipNested = (body: Buffer, from: number): number => {
  let depth = 0;
  let at = from;
  while (at < body.length) {
    const byte = body[at];
    if (byte === QUOTE) {
      at = skipString(body, at);
      continue;
    }
    at += 1;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return at;
};

const skipScalar = (body: Buffer, from: number): number => {
  let at = from;
  while (at < body.length && body[at] !== COMMA && body[at] !== CLOSE_BRACE && !isSpace(body[at])) at += 1;
  return at;
};

const skipValue = (body: Buffer, from: number): number => {
  const first = body[from];
  if (first === QUOTE) return skipString(body, from);
  return first === OPEN_BRACE || first === OPEN_BRACKET ? skipNested(body, from) : skipScalar(body, from);
};

/** Keys may be written with escapes: `"mod\u0065l"` is `model`. */
const decodeKey = (body: Buffer, start: number, end: number): string => {
  const text = body.toString('utf8', start, end);
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
};

/**
 * Where the values of an object's own keys stand, in order, without parsing them: long strings are jumped over. A key
 * that occurs more than once has all its values listed, because readers differ about which one counts.
 *
 * @param body a valid JSON object, as `parseBody` accepts it
 */
export const topLevelSpans = (
  body: Uint8Array,
  keys: readonly string[],
): { readonly key: string; readonly value: Span }[] => {
  const bytes = asBuffer(body);
  const found: { key: string; value: Span }[] = [];
  let at = skipSpace(bytes, skipSpace(bytes, 0) + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = skipString(bytes, at);
    const start = skipSpace(bytes, skipSpace(bytes, keyEnd) + 1);
    const end = skipValue(bytes, start);
    const key = decodeKey(bytes, at, keyEnd);
    if (keys.includes(key)) found.push({ key, value: { start, end } });
    const separator = skipSpace(bytes, end);
    at = skipSpace(bytes, separator + 1);
  }
  return found;
};

/** Puts `text` where `start` to `end` was; nothing is replaced when the two are equal. */
export interface Edit extends Span {
  readonly text: string;
}

/** A copy of the body in which only the edited spans differ; the body itself when there is no edit. */
export const patchSpans = (body: Uint8Array, edits: readonly Edit[]): Uint8Array => {
  if (edits.length === 0) return body;
  const pieces: Uint8Array[] = [];
  let done = 0;
  for (const edit of edits.toSorted((one, other) => one.start - other.start)) {
    pieces.push(body.subarray(done, edit.start), Buffer.from(edit.text));
    done = edit.end;
  }
  pieces.push(body.subarray(done));
  return Buffer.concat(pieces);
};
