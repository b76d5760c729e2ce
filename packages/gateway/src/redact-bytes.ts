/** Text in which secrets are replaced by `***`. */
export type Redact = (text: string) => string;

/** Bytes of UTF-8 without the secrets in them: the same ones where there are none. */
export function redactBytes(bytes: Uint8Array, redact: Redact): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const clean = redact(text);
  return clean === text ? bytes : Buffer.from(clean);
}
