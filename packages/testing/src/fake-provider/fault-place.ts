import type { FaultPlace } from './behaviour.js';
import type { Piece } from './wire.js';

/** How many pieces still go out before the fault strikes. */
export function piecesBefore(pieces: readonly Piece[], { beforeContent = false, afterEvents }: FaultPlace): number {
  if (afterEvents !== undefined) return Math.min(afterEvents, pieces.length);
  const firstContent = pieces.findIndex((piece) => piece.role === 'content');
  if (firstContent < 0) return 0;
  return beforeContent ? firstContent : firstContent + 1;
}
