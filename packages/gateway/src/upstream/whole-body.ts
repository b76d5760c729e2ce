import type { ByteSource } from '@claudette/core';
import { GatewayError } from '@claudette/core';

const end: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/**
 * Everything that comes, as one chunk.
 * @throws GatewayError `upstream_invalid_reply` beyond `maxBytes`
 */
export async function readWhole(chunks: ByteSource, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (let step = await chunks.next(); step.done !== true; step = await chunks.next()) {
    bytes += step.value.length;
    if (bytes > maxBytes) {
      chunks.cancel();
      throw new GatewayError('upstream_invalid_reply', `the body is larger than ${maxBytes} bytes`);
    }
    parts.push(step.value);
  }
  const only = parts.length === 1 ? parts[0] : undefined;
  return only ?? Buffer.concat(parts);
}

/** A JSON reply as the one frame that it is. */
export function createWholeBodySource(chunks: ByteSource, maxBytes: number): ByteSource {
  let read = false;
  return {
    next() {
      if (read) return Promise.resolve(end);
      read = true;
      return readWhole(chunks, maxBytes).then((value) => ({ done: false as const, value }));
    },
    cancel: () => chunks.cancel(),
    finish: () => chunks.finish(),
  };
}
