import { constants, gzipSync } from 'node:zlib';

import type { FaultPlace } from './behaviour.js';
import { headersStep } from './fake-reply.js';
import type { FakeReply } from './fake-reply.js';
import { piecesBefore } from './fault-place.js';
import { write } from './step.js';
import type { Step } from './step.js';

const lastSteps = { reset: 'reset', 'early-end': 'end', stall: 'hold' } as const;

/** Sends what comes before the fault, then resets the connection, ends the reply or falls silent. */
export function breakConnection(reply: FakeReply, kind: keyof typeof lastSteps, place: FaultPlace): Step[] {
  const before = reply.pieces.slice(0, piecesBefore(reply.pieces, place));
  return [headersStep(reply), ...before.map((piece) => write(piece.text)), { do: lastSteps[kind] }];
}

/** Compressed, complete up to the fault, and then the body ends as if that were all. */
export function cutGzip(reply: FakeReply, place: FaultPlace): Step[] {
  const before = reply.pieces.slice(0, piecesBefore(reply.pieces, place)).map((piece) => piece.text);
  // A flush without an end: everything so far can be read, and only the missing trailer tells that it was cut.
  const bytes = gzipSync(before.join(''), { finishFlush: constants.Z_SYNC_FLUSH });
  const headers = { ...reply.headers, 'content-encoding': 'gzip' };
  return [headersStep({ ...reply, headers }), write(bytes), { do: 'end' }];
}
