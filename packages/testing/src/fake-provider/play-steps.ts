import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate, setTimeout } from 'node:timers/promises';

import { createCompressor } from './create-compressor.js';
import type { Compressor } from './create-compressor.js';
import type { Step } from './step.js';

/** Called with the size of each write that the socket took. */
type OnWritten = (bytes: number) => void;

interface Player {
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
  readonly onWritten: OnWritten;
  /** Set by the headers of a compressed reply. */
  compressor?: Compressor;
}

async function send(bytes: Uint8Array, { response, signal, onWritten }: Player): Promise<void> {
  if (bytes.length === 0) return;
  if (!response.write(bytes)) await once(response, 'drain', { signal });
  onWritten(bytes.length);
  // A turn of the event loop between two writes: the other side sees them one by one.
  await setImmediate();
}

async function play(step: Step, player: Player): Promise<void> {
  const { response, signal, compressor } = player;
  switch (step.do) {
    case 'headers':
      if (step.encoding !== undefined) player.compressor = createCompressor(step.encoding);
      response.writeHead(step.status, step.headers);
      response.flushHeaders();
      return;
    case 'write':
      return send(compressor === undefined ? step.bytes : await compressor.push(step.bytes), player);
    case 'wait':
      return setTimeout(step.ms, undefined, { signal });
    case 'end':
      if (compressor !== undefined) await send(await compressor.end(), player);
      response.end();
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hold':
      return;
  }
}

/**
 * Does one step after the other, no faster than the other side reads. Stops in silence when the connection closes.
 */
export async function playSteps(steps: readonly Step[], response: ServerResponse, onWritten: OnWritten): Promise<void> {
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  const player: Player = { response, signal: closed.signal, onWritten };
  try {
    for (const step of steps) {
      if (response.destroyed) return;
      await play(step, player);
    }
  } catch (thrown) {
    if (!closed.signal.aborted) throw thrown;
  }
}
