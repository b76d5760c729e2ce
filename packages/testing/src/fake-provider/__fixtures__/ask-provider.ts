import { readReply } from '../../read-reply.js';
import type { RawReply } from '../../read-reply.js';
import type { FakeProvider } from '../create-fake-provider.js';
import { parseJson } from '../json-reading.js';

/** Asks one provider in each dialect; a body given here is laid over the least that the dialect needs. */
export interface Asker {
  chat(body?: object): Promise<RawReply>;
  responses(body?: object): Promise<RawReply>;
  messages(body?: object): Promise<RawReply>;
  /** `framing` is how Gemini's address asks for the reply; without one, for JSON. */
  gemini(body?: object, framing?: 'sse' | 'json-array', model?: string): Promise<RawReply>;
  /** Posts to any path, with Anthropic's version in case it is theirs. */
  post(path: string, body: unknown): Promise<RawReply>;
}

const methods = {
  json: 'generateContent',
  sse: 'streamGenerateContent?alt=sse',
  'json-array': 'streamGenerateContent',
} as const;

export function createAsker(provider: () => FakeProvider): Asker {
  const post = (path: string, body: unknown): Promise<RawReply> =>
    readReply(`${provider().url}${path}`, { headers: { 'anthropic-version': '2023-06-01' }, body, silenceMs: 200 });
  const user = { role: 'user', content: 'hi there' };
  return {
    post,
    chat: (body) => post('/v1/chat/completions', { model: 'm', messages: [user], ...body }),
    responses: (body) => post('/v1/responses', { model: 'm', input: 'hi there', ...body }),
    messages: (body) => post('/v1/messages', { model: 'm', max_tokens: 4000, messages: [user], ...body }),
    gemini: (body, framing, model = 'm') =>
      post(`/v1beta/models/${model}:${methods[framing ?? 'json']}`, {
        contents: [{ role: 'user', parts: [{ text: 'hi there' }] }],
        ...body,
      }),
  };
}

/** The body of a reply as JSON. */
export const jsonOf = async (reply: Promise<RawReply>): Promise<unknown> => JSON.parse((await reply).text);

/** The payloads of a stream, in their order. */
export const eventsOf = async (reply: Promise<RawReply>): Promise<unknown[]> =>
  [...(await reply).text.matchAll(/^data: (\{.*)$/gm)].map((match) => parseJson(match[1] ?? ''));
