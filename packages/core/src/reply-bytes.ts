/** Made by a class because V8 takes half a microsecond for a literal with a computed key, and every reply has several. */
class ReplyBytes implements AsyncIterable<Uint8Array> {
  readonly #open: () => AsyncIterator<Uint8Array>;

  constructor(open: () => AsyncIterator<Uint8Array>) {
    this.#open = open;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#open();
  }
}

/** What a reader gives, as bytes that can be read once: asking for a second reader throws. */
export function bytesOf(reader: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  let taken = false;
  return new ReplyBytes(() => {
    if (taken) throw new Error('A reply is read once');
    taken = true;
    return reader;
  });
}

/** The same bytes, each reader of them behind another one. */
export const mapReader = (
  bytes: AsyncIterable<Uint8Array>,
  wrap: (reader: AsyncIterator<Uint8Array>) => AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> => new ReplyBytes(() => wrap(bytes[Symbol.asyncIterator]()));
