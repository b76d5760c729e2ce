import type { DialectId } from '@claudette/core';

import type { Stack } from './start-stack.js';

const paths: Readonly<Record<DialectId, string>> = {
  'openai-chat': '/v1/chat/completions',
  'anthropic-messages': '/v1/messages',
};

export interface Asked {
  readonly dialect: DialectId;
  readonly model: string;
  readonly content?: string;
  readonly stream?: boolean;
  readonly headers?: Record<string, string>;
  readonly fields?: Record<string, unknown>;
  readonly signal?: AbortSignal;
}

/** One request as a client's library would send it. */
export const ask = (
  stack: Pick<Stack, 'url'>,
  { dialect, model, content = 'one two three', ...rest }: Asked,
): Promise<Response> =>
  fetch(`${stack.url}${paths[dialect]}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...rest.headers },
    body: JSON.stringify({
      model,
      max_tokens: 100,
      messages: [{ role: 'user', content }],
      ...(rest.stream === true && { stream: true }),
      ...rest.fields,
    }),
    ...(rest.signal && { signal: rest.signal }),
  });

/** What the two dialects' events have that matters here. */
interface WireEvent {
  readonly type?: string;
  readonly error?: unknown;
  readonly delta?: { readonly text?: string };
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string };
    readonly finish_reason?: string | null;
  }[];
}

/** How a stream looked to its reader. */
export interface SeenStream {
  readonly text: string;
  /** The dialect's own word that the answer is over: a finish reason, `message_stop`. */
  readonly stopped: boolean;
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
  let stopped = false;
  let failed = broken || !response.ok;
  for (const frame of raw.split('\n\n')) {
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    if (data === undefined || data === '[DONE]') continue;
    try {
      const event = JSON.parse(data) as WireEvent;
      const [choice] = event.choices ?? [];
      text += choice?.delta?.content ?? event.delta?.text ?? '';
      if (event.error !== undefined || event.type === 'error') failed = true;
      if (dialect === 'openai-chat' ? choice?.finish_reason : event.type === 'message_stop') stopped = true;
    } catch {
      failed = true;
    }
  }
  return { text, stopped, failed, raw };
}
