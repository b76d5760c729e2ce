const CR = 0x0d;
const LF = 0x0a;

/** Turns CRLF and CR into LF, wherever a chunk was cut. */
export interface LineEndings {
  /** The chunk itself when there is nothing to turn. */
  push(chunk: Buffer): Buffer;
}

export const createLineEndings = (): LineEndings => {
  let afterCr = false;
  return {
    push(chunk) {
      if (chunk.length === 0) return chunk;
      // The CR that ended the last chunk was reported as LF already.
      const rest = afterCr && chunk[0] === LF ? chunk.subarray(1) : chunk;
      afterCr = chunk[chunk.length - 1] === CR;
      if (!rest.includes(CR)) return rest;
      return Buffer.from(rest.toString('latin1').replace(/\r\n?/g, '\n'), 'latin1');
    },
  };
};
