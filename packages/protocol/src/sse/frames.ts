import { asBuffer } from '../as-buffer.js';

/** One server-sent event. */
export interface SseEvent {
  /** The `event:` field; absent when the frame had none. */
  readonly event?: string;
  /** The `data:` lines, joined with newlines. */
  readonly data: string;
}

const DATA = 'data: ';
const BLANK_LINE = '\n\n';

/** The events in whole, normalised frames (LF endings, no comments): what `createFramer` returns. */
export function parseFrames(frames: Uint8Array): SseEvent[] {
  const text = asBuffer(frames).toString('utf8');
  // Most frames come alone and hold a single line.
  if (text.startsWith(DATA) && text.indexOf('\n') === text.length - BLANK_LINE.length) {
    return [{ data: text.slice(DATA.length, -BLANK_LINE.length) }];
  }
  const events: SseEvent[] = [];
  for (const frame of text.split(BLANK_LINE)) {
    let event: string | undefined;
    let data: string | undefined;
    for (const line of frame.split('\n')) {
      const colon = line.indexOf(':');
      if (colon < 0) continue;
      const value = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
      if (line.startsWith('data:')) data = data === undefined ? value : `${data}\n${value}`;
      else if (line.startsWith('event:')) event = value;
    }
    if (data !== undefined) events.push(event === undefined ? { data } : { event, data });
  }
  return events;
}

/** One event as a frame. `data` must not contain newlines: JSON text does not. */
export const formatFrame = ({ event, data }: SseEvent): Uint8Array =>
  Buffer.from(event === undefined ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`);
