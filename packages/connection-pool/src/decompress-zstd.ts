import type { ByteSource } from '@claudette/core';

const endOfBody: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };
const nothing = new Uint8Array(0);

/**
 * How much is decompressed at once. Four bytes may stand for 128 KiB of the same byte: in pieces of this size no chunk of
 * a hostile answer becomes more than 32 MiB before its reader has asked for more.
 */
const SLICE_BYTES = 1024;

/**
 * The decompressed bytes of a zstd source, pulled with backpressure, for a Node without zstd: the decoder is in
 * JavaScript, and loaded when the first answer needs it. Rejects as `decompress` does.
 */
export function decompressZstd(source: ByteSource, toError: (fault: Error) => Error): ByteSource {
  const ready: Uint8Array[] = [];
  let compressed: Uint8Array = nothing;
  let push: ((slice: Uint8Array, isLast: boolean) => void) | undefined;
  let ended = false;
  let unwanted = false;

  const load = async (): Promise<NonNullable<typeof push>> => {
    const { Decompress } = await import('fzstd');
    const decoder = new Decompress((bytes) => {
      if (bytes.length > 0) ready.push(bytes);
    });
    return (slice, isLast) => void decoder.push(slice, isLast);
  };

  /** Decompresses one slice, or finds that there is none. */
  const advance = async (): Promise<void> => {
    if (compressed.length === 0) {
      const step = await source.next();
      if (unwanted) return;
      if (step.done === true) ended = true;
      else compressed = step.value;
    }
    push ??= await load();
    const slice = compressed.subarray(0, SLICE_BYTES);
    compressed = compressed.subarray(slice.length);
    try {
      push(slice, ended);
    } catch (thrown) {
      source.cancel();
      throw toError(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  };

  const discard = (): void => {
    unwanted = true;
    ready.length = 0;
    compressed = nothing;
  };

  return {
    async next() {
      while (!unwanted) {
        const value = ready.shift();
        if (value !== undefined) return { done: false, value };
        if (ended) return endOfBody;
        await advance();
      }
      return endOfBody;
    },
    cancel() {
      discard();
      source.cancel();
    },
    finish() {
      discard();
      source.finish();
    },
  };
}
