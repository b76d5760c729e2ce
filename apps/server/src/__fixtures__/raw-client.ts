import type { DialectId } from '@claudette/core';

import type { Stack } from './start-stack.js';

export interface Asked {
  readonly dialect: DialectId;
  readonly model: string;
  readonly content?: string;
  readonly stream?: boolean;
  readonly headers?: Record<string, string>;
  readonly fields?: Record<string, unknown>;
  readonly signal?: AbortSignal;
}

type Prompt = Required<Pick<Asked, 'model' | 'content' | 'stream'>>;

const chatBody = ({ model, content, stream }: Prompt): Record<string, unknown> => ({
  model,
  max_tokens: 100,
  messages: [{ role: 'user', content }],
  ...(stream && { stream }),
});

/** Where each dialect's clients send a prompt, and how they say it. */
const requests: Readonly<Record<DialectId, (prompt: Prompt) => { path: string; body: Record<string, unknown> }>> = {
  'openai-chat': (prompt) => ({ path: '/v1/chat/completions', body: chatBody(prompt) }),
  'openai-responses': ({ model, content, stream }) => ({
    path: '/v1/responses',
    body: { model, max_output_tokens: 100, input: content, ...(stream && { stream }) },
  }),
  'anthropic-messages': (prompt) => ({ path: '/v1/messages', body: chatBody(prompt) }),
  gemini: ({ model, content, stream }) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: { contents: [{ role: 'user', parts: [{ text: content }] }], generationConfig: { maxOutputTokens: 100 } },
  }),
};

/** One request as a client's library would send it. */
export function ask(
  stack: Pick<Stack, 'url'>,
  { dialect, model, content = 'one two three', stream = false, ...rest }: Asked,
): Promise<Response> {
  const { path, body } = requests[dialect]({ model, content, stream });
  return fetch(`${stack.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...rest.headers },
    body: JSON.stringify({ ...body, ...rest.fields }),
    ...(rest.signal && { signal: rest.signal }),
  });
}

/** What the events of all dialects have that matters here. */
interface WireEvent {
  readonly type?: string;
  readonly error?: unknown;
  readonly delta?: string | { readonly text?: string };
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string };
    readonly finish_reason?: string | null;
  }[];
  readonly candidates?: readonly {
    readonly content?: { readonly parts?: readonly { readonly text?: string }[] };
    readonly finishReason?: string;
  }[];
}

const textOf = ({ type, delta, choices, candidates }: WireEvent): string => {
  if (typeof delta === 'string') return type === 'response.output_text.delta' ? delta : '';
  const parts = candidates?.[0]?.content?.parts ?? [];
  return choices?.[0]?.delta?.content ?? delta?.text ?? parts.map(({ text }) => text ?? '').join('');
};

/** Each dialect's own word that the answer is over. */
const isStop: Readonly<Record<DialectId, (event: WireEvent) => boolean>> = {
  'openai-chat': ({ choices }) => typeof choices?.[0]?.finish_reason === 'string',
  'openai-responses': ({ type }) => type === 'response.completed' || type === 'response.incomplete',
  'anthropic-messages': ({ type }) => type === 'message_stop',
  gemini: ({ candidates }) => candidates?.[0]?.finishReason !== undefined,
};

const isFault = ({ error, type }: WireEvent): boolean =>
  (error !== undefined && error !== null) || type === 'error' || type === 'response.failed';

/** How a stream looked to its reader. */
export interface SeenStream {
  readonly text: string;
  /** The dialect's own word that the answer is over: a finish reason, `message_stop`. */
  readonly stopped: boolean;
  /** How often it said so. */
  readonly stops: number;
  /** An error event, or a connection that broke. */
  readonly failed: boolean;
  readonly raw: string;
}

/** Reads a stream as a strict client would. */
export async function readStream(response: Response, dialect: DialectId): Promise<SeenStream> {
  let raw = '';
  let broken = false;
  try {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) raw += decoder.decode(chunk as Uint8Array, { stream: true });
  } catch {
    broken = true;
  }
  let text = '';
  let stops = 0;
  let failed = broken || !response.ok;
  for (const frame of raw.split('\n\n')) {
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    if (data === undefined || data === '[DONE]') continue;
    try {
      const event = JSON.parse(data) as WireEvent;
      text += textOf(event);
      failed ||= isFault(event);
      if (isStop[dialect](event)) stops += 1;
    } catch {
      failed = true;
    }
  }
  return { text, stopped: stops > 0, stops, failed, raw };
}
