import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { totalInputTokens, totalOutputTokens } from '@claudette/core';
import type { ChatEvent } from '@claudette/core';

import { createFramer } from '../sse/framer.js';
import { formatFrame } from '../sse/frames.js';
import { embedding } from './embedding.js';
import { openaiChat } from './index.js';

const folder = process.env['CLAUDETTE_REPLAY_DIR'];
const root = join(folder ?? '', 'recordings', 'vercel-ai');

/** Recorded answers of vendors that speak this dialect, by their end: whole bodies or streams. */
const recordings = (end: string): string[] =>
  !folder
    ? ['CLAUDETTE_REPLAY_DIR is not set']
    : ['openai/chat', 'mistral', 'deepseek/chat', 'groq'].flatMap((vendor) => {
        if (!existsSync(join(root, vendor))) throw new Error(`CLAUDETTE_REPLAY_DIR has no recordings of ${vendor}`);
        return readdirSync(join(root, vendor))
          .filter((file) => file.endsWith(end) && !file.includes('transcription'))
          .map((file) => join(vendor, file));
      });

interface WireCall {
  readonly function?: { readonly arguments?: string };
}

interface WireWords {
  readonly content?: unknown;
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
  readonly tool_calls?: readonly WireCall[];
}

interface WireReply {
  readonly choices: readonly {
    readonly message?: WireWords;
    readonly delta?: WireWords;
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}

/** What an answer says, in the words of the recordings. */
interface Said {
  text: string;
  reasoning: string;
  arguments: string;
  finish: string | undefined;
  prompt: number | undefined;
  completion: number | undefined;
}

const silent = (): Said => ({
  text: '',
  reasoning: '',
  arguments: '',
  finish: undefined,
  prompt: undefined,
  completion: undefined,
});

interface Part {
  readonly text?: string;
  readonly thinking?: readonly Part[];
}

/** Read without the codec, as simply as these recordings allow. */
const readRecording = (replies: readonly WireReply[]): Said => {
  const said = silent();
  const hear = (content: unknown): void => {
    if (typeof content === 'string') said.text += content;
    if (!Array.isArray(content)) return;
    for (const part of content as Part[]) {
      said.text += part.text ?? '';
      said.reasoning += (part.thinking ?? []).map(({ text }) => text).join('');
    }
  };
  for (const { choices, usage } of replies) {
    for (const { message, delta, finish_reason } of choices) {
      const words = message ?? delta ?? {};
      hear(words.content);
      said.reasoning += words.reasoning_content ?? words.reasoning ?? '';
      said.arguments += (words.tool_calls ?? []).map((call) => call.function?.arguments ?? '').join('');
      said.finish = finish_reason?.replace('_', '-') ?? said.finish;
    }
    said.prompt = usage?.prompt_tokens ?? said.prompt;
    said.completion = usage?.completion_tokens ?? said.completion;
  }
  return said;
};

const readEvents = (events: readonly ChatEvent[]): Said => {
  const said = silent();
  for (const event of events) {
    if (event.type === 'text-delta') said.text += event.text;
    if (event.type === 'reasoning-delta') said.reasoning += event.text;
    if (event.type === 'tool-call-delta') said.arguments += event.arguments;
    if (event.type === 'finish') said.finish = event.reason;
    if (event.type === 'usage') {
      said.prompt = totalInputTokens(event.usage);
      said.completion = totalOutputTokens(event.usage);
    }
  }
  return said;
};

const context = { streamUsage: true, tools: [], createdAtSeconds: 1 };

const encodeStream = (events: readonly ChatEvent[]): Buffer => {
  const encoder = openaiChat.createEventEncoder(context);
  return Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
};

const decodeStream = (bytes: Buffer, cut = bytes.length): ChatEvent[] => {
  const framer = createFramer();
  const decoder = openaiChat.createEventDecoder();
  return [framer.push(bytes.subarray(0, cut)), framer.push(bytes.subarray(cut)), framer.end()].flatMap((part) =>
    decoder.push(part),
  );
};

const whenReplaying = folder ? describe : describe.skip;

whenReplaying.each(recordings('.json'))('the recorded answer %s (CLAUDETTE_REPLAY_DIR)', (file) => {
  const read = (): Buffer => readFileSync(join(root, file));
  const recorded = (): Said => readRecording([JSON.parse(read().toString()) as WireReply]);

  it('is read with its text, reasoning, arguments, finish and usage', () => {
    expect(readEvents(openaiChat.decodeReply(read()))).toEqual(recorded());
  });

  it('says the same when it is written again, whole or as a stream', () => {
    const events = openaiChat.decodeReply(read());
    const { body } = openaiChat.encodeReply(events, context);
    expect(readEvents(openaiChat.decodeReply(body))).toEqual(recorded());
    expect(readEvents(decodeStream(encodeStream(events)))).toEqual(recorded());
  });
});

whenReplaying.each(recordings('.chunks.txt'))('the recorded stream %s (CLAUDETTE_REPLAY_DIR)', (file) => {
  const payloads = (): string[] => readFileSync(join(root, file), 'utf8').split('\n').filter(Boolean);
  const stream = (): Buffer => Buffer.concat([...payloads(), '[DONE]'].map((data) => formatFrame({ data })));
  const recorded = (): Said => readRecording(payloads().map((payload) => JSON.parse(payload) as WireReply));

  it('is read with its text, reasoning, arguments, finish and usage', () => {
    expect(readEvents(decodeStream(stream()))).toEqual(recorded());
  });

  it('is the same wherever it was cut', () => {
    const bytes = stream();
    const whole = JSON.stringify(decodeStream(bytes));
    for (let cut = 1; cut < bytes.length; cut += Math.ceil(bytes.length / 20)) {
      expect(JSON.stringify(decodeStream(bytes, cut))).toBe(whole);
    }
  });

  it('says the same when it is written again, whole or as a stream', () => {
    const events = decodeStream(stream());
    expect(readEvents(decodeStream(encodeStream(events)))).toEqual(recorded());
    expect(readEvents(openaiChat.decodeReply(openaiChat.encodeReply(events, context).body))).toEqual(recorded());
  });

  it('is scanned to its end', () => {
    const bytes = stream();
    const scanner = openaiChat.createScanner('sse');
    expect(scanner.see(bytes)).toBe(bytes.length);
    expect(scanner).toMatchObject({ committed: true, finished: true, closed: true, failure: undefined });
  });
});

whenReplaying('recorded vectors (CLAUDETTE_REPLAY_DIR)', () => {
  it('are read', () => {
    const body = readFileSync(join(root, 'openai', 'embedding', 'openai-embedding.json'));
    const { data, model } = JSON.parse(body.toString()) as { data: { embedding: number[] }[]; model: string };
    const { vectors, ...rest } = embedding.decodeReply(body);
    expect(vectors).toEqual(data.map((one) => one.embedding));
    expect(rest).toMatchObject({ model, usage: { inputTokens: 12 } });
  });
});
