/** A text's place in space, of length 1, its coordinates exact as 32-bit floats. */
export type Vector = readonly number[];

/** Short, so that tests can show it. */
const DIMENSIONS = 8;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const MAX_UINT32 = 0xffff_ffff;

const hashOf = (text: string): number =>
  Buffer.from(text).reduce((hash, byte) => Math.imul(hash ^ byte, FNV_PRIME) >>> 0, FNV_OFFSET);

/**
 * The same vector for the same text, whoever asks; different ones for different texts.
 *
 * @param dimensions how long it is. @default 8
 */
export function embedText(text: string, dimensions = DIMENSIONS): Vector {
  const raw = Array.from({ length: dimensions }, (_, axis) => (hashOf(`${axis}:${text}`) / MAX_UINT32) * 2 - 1);
  const length = Math.hypot(...raw);
  return raw.map((value) => Math.fround(value / length));
}

/** The vector as OpenAI's clients like it: little-endian 32-bit floats, in base64. */
export function toBase64(vector: Vector): string {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * Float32Array.BYTES_PER_ELEMENT));
  return bytes.toString('base64');
}
