import { asBuffer } from '../as-buffer.js';
import { asObject, tryParseReply } from '../json/parse-reply.js';
import { parseFrames } from '../sse/frames.js';
import { splitFrames } from '../sse/split-frames.js';

const usageKey = Buffer.from('"usage"');

/** Nothing but usage: no choice, no error, and counts. A frame that cannot be read says something else. */
const isUsageOnly = (frame: Buffer): boolean => {
  const [event] = frame.includes(usageKey) ? parseFrames(frame) : [];
  const chunk = event === undefined ? undefined : tryParseReply(event.data);
  const choices = chunk?.['choices'];
  const isEmpty = Array.isArray(choices) && choices.length === 0;
  return isEmpty && asObject(chunk?.['usage']) !== undefined && chunk?.['error'] === undefined;
};

/** See `Codec.withholdUsage`. */
export const withholdUsage = (frames: Uint8Array): Uint8Array => {
  const bytes = asBuffer(frames);
  if (!bytes.includes(usageKey)) return frames;
  const all = splitFrames(bytes).map(({ start, end }) => bytes.subarray(start, end));
  const kept = all.filter((frame) => !isUsageOnly(frame));
  return kept.length === all.length ? frames : Buffer.concat(kept);
};
