import { GatewayError } from '@claudette/core';

/** No dialect of ours comes near it; without a bound, a body that never ends a frame would fill the memory. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Refuses a frame that grew beyond the bound. */
export const refuseHugeFrame = (): never => {
  throw new GatewayError('upstream_invalid_reply', `a single event is larger than ${MAX_FRAME_BYTES} bytes`);
};

const LF = 0x0a;
const COLON = 0x3a;
const LETTER_D = 0x64;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

const blankLine = Buffer.from('\n\n');
const dataField = [...Buffer.from('data: ')];

/** `data: ` with something behind it: the only way to write a data line that each official reader understands. */
const isCleanDataLine = (bytes: Buffer, start: number, end: number): boolean =>
  end - start > dataField.length && dataField.every((byte, index) => bytes[start + index] === byte);

/**
 * One frame with all its data on one line; empty when it has none, for then no reader reports an event. Line breaks
 * between data lines become spaces, which mean the same between the tokens of JSON. Works on bytes (latin1), so that
 * nothing is replaced that is not understood.
 */
const rewriteFrame = (frame: Buffer): Buffer => {
  const fields: string[] = [];
  const data: string[] = [];
  for (const line of frame.toString('latin1').split('\n')) {
    if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
    else if (line !== '' && line !== 'data' && !line.startsWith(':')) fields.push(line);
  }
  const payload = data.join(' ').trim();
  return payload === '' ? Buffer.alloc(0) : Buffer.from([...fields, `data: ${payload}\n\n`].join('\n'), 'latin1');
};

/**
 * Whole frames with LF endings as clean frames: without comments, blank lines too many, or events without data, and with
 * one data line each. Frames that are clean already stay as they are, byte for byte; if all are, `region` itself returns.
 *
 * @throws GatewayError `upstream_invalid_reply` for a frame beyond `MAX_FRAME_BYTES`
 */
export const cleanFrames = (region: Buffer): Buffer => {
  const pieces: Buffer[] = [];
  let cleanFrom = 0;
  let frameStart = 0;
  let lineStart = 0;
  let dataLines = 0;
  let odd = false;

  while (lineStart < region.length) {
    const lineEnd = region.indexOf(LF, lineStart);
    const first = region[lineStart];
    if (lineEnd === lineStart) {
      const frameEnd = lineEnd + 1;
      if (frameEnd - frameStart > MAX_FRAME_BYTES) refuseHugeFrame();
      if (odd || dataLines !== 1) {
        pieces.push(region.subarray(cleanFrom, frameStart), rewriteFrame(region.subarray(frameStart, frameEnd)));
        cleanFrom = frameEnd;
      }
      frameStart = frameEnd;
      dataLines = 0;
      odd = false;
    } else if (first === LETTER_D) {
      dataLines += 1;
      if (!isCleanDataLine(region, lineStart, lineEnd)) odd = true;
    } else if (first === COLON) {
      odd = true;
    }
    lineStart = lineEnd + 1;
  }
  if (pieces.length === 0) return region;
  pieces.push(region.subarray(cleanFrom));
  return Buffer.concat(pieces);
};

/** Without the byte order mark that a stream may begin with. */
export const withoutBom = (start: Buffer): Buffer =>
  start.subarray(0, BOM.length).equals(BOM) ? start.subarray(BOM.length) : start;

/** Where the last whole frame of a chunk with LF endings ends; 0 when none does. `afterLf`: a line ended just before it. */
export const endOfLastFrame = (chunk: Buffer, afterLf: boolean): number => {
  // Servers flush whole frames, so that the search is seldom needed.
  if (chunk[chunk.length - 1] === LF && chunk[chunk.length - 2] === LF) return chunk.length;
  const last = chunk.lastIndexOf(blankLine);
  if (last >= 0) return last + blankLine.length;
  return afterLf && chunk[0] === LF ? 1 : 0;
};
