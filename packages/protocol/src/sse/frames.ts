/** One server-sent event. */
export interface SseEvent {
  /** The `event:` field; absent when the frame had none. */
  readonly event?: string;
  /** The `data:` lines, joined with newlines. */
  readonly data: string;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The events in whole, normalised frames (LF endings, no comments): what `createFramer` returns. */
export function parseFrames(frames: Uint8Array): SseEvent[] {
  const events: SseEvent[] = [];
  for (const frame of decoder.decode(frames).split('\n\n')) {
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
  encoder.encode(event === undefined ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`);
