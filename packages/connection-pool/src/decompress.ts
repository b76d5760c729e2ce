import { pipeline, Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';

import type { ByteSource } from '@claudette/core';

import { decompressZstd } from './decompress-zstd.js';

/** Makes a source of decompressed bytes; `toError` says what a fault in the compression is. */
type Decompressor = (source: ByteSource, toError: (fault: Error) => Error) => ByteSource;

const withNode =
  (createDecoder: () => Transform): Decompressor =>
  (source, toError) =>
    decompress(source, createDecoder(), toError);

// Node has zstd from 22.15 on; its types for Node 20 do not know it.
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };

const decompressors: ReadonlyMap<string, Decompressor> = new Map([
  ['gzip', withNode(() => zlib.createGunzip())],
  ['x-gzip', withNode(() => zlib.createGunzip())],
  ['deflate', withNode(() => zlib.createInflate())],
  ['br', withNode(() => zlib.createBrotliDecompress())],
  ['zstd', createZstdDecompress === undefined ? decompressZstd : withNode(() => createZstdDecompress())],
]);

const endOfBody: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** Finds what undoes a `content-encoding`; undefined when nothing here does. */
export const findDecompressor = (contentEncoding: string): Decompressor | undefined =>
  decompressors.get(contentEncoding.trim().toLowerCase());

/**
 * The decompressed bytes of a source, pulled with backpressure. Rejects with what the source rejects with, or with what
 * `toError` makes of a fault in the compression: bytes that make no sense, or too few of them.
 */
function decompress(source: ByteSource, decoder: Transform, toError: (fault: Error) => Error): ByteSource {
  let sourceFailure: { readonly cause: unknown } | undefined;
  let unwanted = false;
  const compressed = new Readable({
    read() {
      source.next().then(
        (step) => compressed.push(step.done === true ? null : step.value),
        (cause: unknown) => {
          sourceFailure = { cause };
          compressed.destroy(new Error('The source failed'));
        },
      );
    },
  });
  // The iterator reports what goes wrong; the callback keeps the pipeline from reporting it a second time.
  pipeline(compressed, decoder, () => undefined);
  const reader: AsyncIterator<Uint8Array> = decoder[Symbol.asyncIterator]();

  const discard = (): void => {
    unwanted = true;
    compressed.destroy();
    decoder.destroy();
  };
  const onStep = (step: IteratorResult<Uint8Array>): IteratorResult<Uint8Array, undefined> =>
    step.done === true ? endOfBody : step;
  const onError = (fault: Error): IteratorResult<Uint8Array, undefined> => {
    if (unwanted) return endOfBody;
    source.cancel();
    throw sourceFailure === undefined ? toError(fault) : sourceFailure.cause;
  };

  return {
    next: () => (unwanted ? Promise.resolve(endOfBody) : reader.next().then(onStep, onError)),
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
