import { asBuffer } from '../as-buffer.js';
import { cleanFrames, endOfLastFrame, MAX_FRAME_BYTES, refuseHugeFrame, withoutBom } from './clean-frames.js';
import { createLineEndings } from './line-endings.js';

/** Cuts a stream into whole frames. One per stream. */
export interface Framer {
  /**
   * Takes bytes cut anywhere; returns the frames that are whole now, each ending with a blank line (none: empty). Clean
   * frames come through untouched and, where they arrived in one chunk, uncopied.
   * @throws GatewayError `upstream_invalid_reply` for a frame beyond 16 MiB
   */
  push(chunk: Uint8Array): Uint8Array;
  /** What was left when the stream ended, as a frame: the last blank line may be missing. */
  end(): Uint8Array;
}

const nothing = Buffer.alloc(0);
const LF = 0x0a;
const lastBlankLine = Buffer.from('\n\n');

/**
 * A framer for server-sent events. Legal but odd framing, on which some official readers fail, is put right: CRLF and CR
 * endings, a byte order mark, comments, several data lines, `data:` without its space, a missing blank line at the end.
 * Oddness is judged frame by frame. The output does not depend on how the input was cut.
 */
export const createFramer = (): Framer => {
  const endings = createLineEndings();
  let started = false;
  /** The beginning of a frame, kept in pieces: joining them at each chunk would take quadratic time. */
  let pieces: Buffer[] = [];
  let pendingBytes = 0;
  let afterLf = false;

  const keep = (rest: Buffer): void => {
    if (rest.length === 0) return;
    pieces.push(rest);
    pendingBytes += rest.length;
    if (pendingBytes > MAX_FRAME_BYTES) refuseHugeFrame();
    afterLf = rest[rest.length - 1] === LF;
  };

  const takeWith = (last: Buffer): Buffer => {
    const whole = pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
    pieces = [];
    pendingBytes = 0;
    afterLf = false;
    const region = started ? whole : withoutBom(whole);
    started = true;
    return cleanFrames(region);
  };

  return {
    push(bytes) {
      const chunk = endings.push(asBuffer(bytes));
      const end = endOfLastFrame(chunk, afterLf);
      if (end === 0) {
        keep(chunk);
        return nothing;
      }
      const frames = takeWith(chunk.subarray(0, end));
      keep(chunk.subarray(end));
      return frames;
    },
    end: () => (pendingBytes === 0 ? nothing : takeWith(lastBlankLine)),
  };
};
