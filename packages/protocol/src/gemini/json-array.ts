import { asBuffer } from '../as-buffer.js';
import { splitFrames } from '../sse/split-frames.js';

/** Turns a stream into the JSON array that Google's API writes for clients that do not ask for `alt=sse`. One per stream. */
export interface JsonArrayWriter {
  /** Takes whole, normalised SSE frames; returns their data, untouched, as items of the array. */
  push(frames: Uint8Array): Uint8Array;
  /** What closes the array. An array that was cut off has no end, which its reader notices. */
  end(): Uint8Array;
}

const dataField = Buffer.from('data: ');
const opening = Buffer.from('[');
const separator = Buffer.from(',\r\n');
const blankLine = '\n\n'.length;

/** See `JsonArrayWriter`. */
export const createJsonArrayWriter = (): JsonArrayWriter => {
  let isOpen = false;
  const next = (): Uint8Array => {
    const before = isOpen ? separator : opening;
    isOpen = true;
    return before;
  };
  return {
    push(frames) {
      const bytes = asBuffer(frames);
      const items = splitFrames(bytes).map(({ start, end }) => {
        // Data is the last field of a frame; an error may have its name before it.
        const data = bytes.indexOf(dataField, start) + dataField.length;
        return bytes.subarray(data, end - blankLine);
      });
      return Buffer.concat(items.flatMap((item) => [next(), item]));
    },
    end: () => Buffer.from(isOpen ? ']' : '[]'),
  };
};
