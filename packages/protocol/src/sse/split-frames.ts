/** Where one frame stands among others. */
export interface FrameSpan {
  readonly start: number;
  /** Behind its blank line. */
  readonly end: number;
}

const blankLine = Buffer.from('\n\n');

/** The places of whole, normalised frames. */
export const splitFrames = (frames: Buffer): FrameSpan[] => {
  const spans: FrameSpan[] = [];
  let start = 0;
  while (start < frames.length) {
    const found = frames.indexOf(blankLine, start);
    const end = found < 0 ? frames.length : found + blankLine.length;
    spans.push({ start, end });
    start = end;
  }
  return spans;
};
