import { setImmediate } from 'node:timers/promises';
import { createBrotliCompress, createDeflate, createGzip } from 'node:zlib';
import type { BrotliCompress, Deflate, Gzip } from 'node:zlib';

import type { BodyEncoding } from './step.js';

/** Compresses a body as it comes. */
export interface Compressor {
  /** The compressed bytes up to and including these: whoever reads them can read everything pushed so far. */
  push(bytes: Uint8Array): Promise<Uint8Array>;
  /** What makes the body complete. */
  end(): Promise<Uint8Array>;
}

function throughZlib(stream: BrotliCompress | Deflate | Gzip): Compressor {
  let ready: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => ready.push(chunk));
  const take = async (): Promise<Uint8Array> => {
    await setImmediate();
    const taken = Buffer.concat(ready);
    ready = [];
    return taken;
  };
  return {
    async push(bytes) {
      stream.write(bytes);
      await new Promise<void>((resolve) => stream.flush(resolve));
      return take();
    },
    async end() {
      await new Promise<void>((resolve) => stream.once('end', resolve).end());
      return take();
    },
  };
}

/** Magic number, no checksum and no size, a window of 1 MiB. */
const ZSTD_HEADER = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50]);
const ZSTD_MAX_BLOCK_BYTES = 128 * 1024;

const zstdBlock = (bytes: Uint8Array, isLast: boolean): Buffer => {
  const header = Buffer.alloc(3);
  header.writeUIntLE(bytes.length * 8 + (isLast ? 1 : 0), 0, 3);
  return Buffer.concat([header, bytes]);
};

/** Node 20 has no Zstandard: a frame of uncompressed blocks is one all the same. */
function asZstdBlocks(): Compressor {
  let header = ZSTD_HEADER;
  const frame = (blocks: readonly Buffer[]): Promise<Uint8Array> => {
    const bytes = Buffer.concat([header, ...blocks]);
    header = Buffer.alloc(0);
    return Promise.resolve(bytes);
  };
  return {
    push(bytes) {
      const count = Math.ceil(bytes.length / ZSTD_MAX_BLOCK_BYTES);
      const partOf = (index: number): Uint8Array =>
        bytes.subarray(index * ZSTD_MAX_BLOCK_BYTES, (index + 1) * ZSTD_MAX_BLOCK_BYTES);
      return frame(Array.from({ length: count }, (_, index) => zstdBlock(partOf(index), false)));
    },
    end: () => frame([zstdBlock(Buffer.alloc(0), true)]),
  };
}

/** A compressor for one body. It holds no timer and no handle. */
export function createCompressor(encoding: BodyEncoding): Compressor {
  switch (encoding) {
    case 'gzip':
      return throughZlib(createGzip());
    case 'br':
      return throughZlib(createBrotliCompress());
    case 'deflate':
      return throughZlib(createDeflate());
    case 'zstd':
      return asZstdBlocks();
  }
}
