import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate, setTimeout } from 'node:timers/promises';

import type { Step } from './step.js';

/** Called with the size of each write that the socket took. */
type OnWritten = (bytes: number) => void;

async function play(step: Step, response: ServerResponse, signal: AbortSignal, onWritten: OnWritten): Promise<void> {
  switch (step.do) {
    case 'headers':
      response.writeHead(step.status, step.headers);
      response.flushHeaders();
      return;
    case 'write':
      if (step.bytes.length === 0) return;
      if (!response.write(step.bytes)) await once(response, 'drain', { signal });
      onWritten(step.bytes.length);
      // A turn of the event loop between two writes: the other side sees them one by one.
      return setImmediate();
    case 'wait':
      return setTimeout(step.ms, undefined, { signal });
    case 'end':
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
  try {
    for (const step of steps) {
      if (response.destroyed) return;
      await play(step, response, closed.signal, onWritten);
    }
  } catch (thrown) {
    if (!closed.signal.aborted) throw thrown;
  }
}
