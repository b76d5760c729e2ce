import type { DialectId } from '@claudette/core';

const namesEvents = (dialect: DialectId): boolean => dialect === 'openai-responses' || dialect === 'anthropic-messages';

/**
 * The payloads of a stream in a dialect, by the letter of its vendor's streams: each frame is one line of data, behind
 * its event's name where the dialect names events; Chat ends with `[DONE]`.
 *
 * @throws Error when a byte is anything else
 */
export function readFrames(text: string, dialect: DialectId): unknown[] {
  const frames = text.split(/\r?\n\r?\n/);
  if (frames.pop() !== '') throw new Error('the stream breaks off inside a frame');
  if (dialect === 'openai-chat' && frames.pop() !== 'data: [DONE]') throw new Error('the stream has no [DONE]');
  return frames.map((frame) => {
    const pattern = namesEvents(dialect) ? /^event: (?<event>\S+)\ndata: (?<data>.*)$/ : /^data: (?<data>.*)$/;
    const { event, data } = pattern.exec(frame)?.groups ?? {};
    if (data === undefined) throw new Error(`not a frame of ${dialect}: ${frame.slice(0, 200)}`);
    const payload = JSON.parse(data) as { readonly type?: string };
    if (event !== undefined && event !== payload.type) throw new Error(`${payload.type} is called ${event}`);
    return payload;
  });
}
