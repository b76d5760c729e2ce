import { isUtf8 } from 'node:buffer';

type Signature = (bytes: Buffer) => boolean;

const startsWith =
  (start: string): Signature =>
  (bytes) =>
    bytes.toString('latin1', 0, start.length) === start;

const isWebp: Signature = (bytes) =>
  bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';

/** Either type may have either brand: phones write both. */
const isHeif: Signature = (bytes) => /^ftyp(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(bytes.toString('latin1', 4, 12));

const isGif: Signature = (bytes) => /^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6));

const binary = {
  'image/png': startsWith('\x89PNG\r\n\x1a\n'),
  'image/jpeg': startsWith('\xff\xd8\xff'),
  'image/gif': isGif,
  'image/webp': isWebp,
  'image/heic': isHeif,
  'image/heif': isHeif,
  'application/pdf': startsWith('%PDF-'),
} as const satisfies Record<string, Signature>;

const isText: Signature = (bytes) =>
  isUtf8(bytes) && !bytes.includes(0) && !Object.values(binary).some((isType) => isType(bytes));

const signatures = {
  ...binary,
  'text/plain': isText,
  'text/markdown': isText,
  'text/csv': isText,
  'text/html': isText,
} as const satisfies Record<string, Signature>;

/** A type of file that can be told by its bytes. SVG is missing on purpose: it is a program. */
export type MediaType = keyof typeof signatures;

/** All of them. */
export const mediaTypes = Object.keys(signatures) as readonly MediaType[];

const aliases: ReadonlyMap<string, MediaType> = new Map([['image/jpg', 'image/jpeg']]);

/** The type that a `content-type` names, of those that are wanted; texts in anything but UTF-8 are not. */
export function parseContentType(contentType: string, wanted: readonly MediaType[]): MediaType | undefined {
  const [name = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((each) => /^\s*charset\s*=\s*"?([^"\s]*)/.exec(each)?.[1]).find(Boolean) ?? 'utf-8';
  const trimmed = name.trim();
  const type = aliases.get(trimmed) ?? wanted.find((each) => each === trimmed);
  if (type === undefined || !wanted.includes(type)) return undefined;
  return type.startsWith('text/') && !/^(utf-?8|us-ascii)$/.test(charset) ? undefined : type;
}

/** Whether the bytes are what they are called. */
export const isOfType = (bytes: Buffer, type: MediaType): boolean => signatures[type](bytes);
