import { createJudge, parseArguments, toSources, withoutSpaces } from './said.js';
import type { Heard, SaidCall, Tokens } from './said.js';

interface WireCall {
  readonly index?: number;
  readonly id?: string | null;
  readonly type?: string;
  readonly function?: { readonly name?: string | null; readonly arguments?: string | null };
  readonly custom?: { readonly name?: string; readonly input?: string };
}

interface WirePart {
  readonly type?: string;
  readonly text?: string;
  readonly thinking?: readonly WirePart[];
}

interface WireWords {
  readonly role?: string;
  readonly content?: string | readonly WirePart[] | null;
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
  readonly tool_calls?: readonly WireCall[] | null;
  readonly annotations?: readonly { readonly url_citation?: { readonly url: string } }[] | null;
}

interface WireUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
}

interface WireReply {
  readonly id?: string;
  readonly object?: string;
  readonly created?: number;
  readonly choices: readonly {
    readonly index?: number;
    readonly message?: WireWords;
    readonly delta?: WireWords;
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: WireUsage | null;
}

const tokensOf = (usage: WireUsage): Tokens => {
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  return {
    input: usage.prompt_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    output: usage.completion_tokens,
    reasoning,
  };
};

interface Gathered {
  name: string;
  text: string;
  isCustom: boolean;
}

const toSaid = ({ name, text, isCustom }: Gathered): SaidCall => ({
  name,
  arguments: isCustom ? { input: text } : parseArguments(text),
});

/** Chat Completions. Answers beyond the first are not read. */
export function readChat(payloads: readonly unknown[], streamed: boolean): Heard {
  const replies = payloads as readonly WireReply[];
  const judge = createJudge();
  const calls: Gathered[] = [];
  const finishes: string[] = [];
  const sources: (string | undefined)[] = [];
  let text = '';
  let reasoning = '';
  let tokens: Tokens | undefined;

  const hearCall = (wire: WireCall, position: number): void => {
    const call = (calls[wire.index ?? position] ??= { name: '', text: '', isCustom: wire.custom !== undefined });
    const isFirst = call.name === '';
    judge.expect(!isFirst || Boolean(wire.id), 'a call begins with its id');
    judge.expect(!streamed || wire.index !== undefined, 'a call in a chunk has its index');
    judge.expect(!isFirst || wire.type === (wire.custom ? 'custom' : 'function'), 'a call begins with its type');
    call.name += wire.function?.name ?? wire.custom?.name ?? '';
    call.text += wire.function?.arguments ?? wire.custom?.input ?? '';
  };
  const hear = ({ content, reasoning_content, reasoning: thoughts, tool_calls, annotations }: WireWords): void => {
    sources.push(...(annotations ?? []).map((annotation) => annotation.url_citation?.url));
    if (typeof content === 'string') text += content;
    else {
      judge.expect(!content, 'content is a string');
      for (const part of content ?? []) {
        text += part.text ?? '';
        reasoning += (part.thinking ?? []).map((thought) => thought.text).join('');
      }
    }
    reasoning += reasoning_content ?? thoughts ?? '';
    for (const [position, call] of (tool_calls ?? []).entries()) hearCall(call, position);
  };

  for (const [number, reply] of replies.entries()) {
    judge.expect(reply.id === replies[0]?.id && Boolean(reply.id), 'all chunks have the same id');
    judge.expect(reply.object === (streamed ? 'chat.completion.chunk' : 'chat.completion'), 'the object has its name');
    judge.expect(typeof reply.created === 'number', 'created is a number');
    for (const { index, message, delta, finish_reason } of reply.choices.filter((choice) => !choice.index)) {
      const words = message ?? delta;
      judge.expect(index === 0 && words !== undefined, 'a choice has its index and its words');
      judge.expect(number > 0 || words?.role === 'assistant', 'an answer begins with its role');
      judge.expect(finishes.length === 0, 'nothing follows the finish reason');
      hear(words ?? {});
      if (typeof finish_reason === 'string') finishes.push(finish_reason.replace('_', '-'));
    }
    if (reply.usage) {
      judge.expect(!streamed || number === replies.length - 1, 'the usage comes last');
      judge.expect(!streamed || reply.choices.length === 0, 'the usage comes alone');
      const { prompt_tokens, completion_tokens, total_tokens } = reply.usage;
      judge.expect(total_tokens === prompt_tokens + completion_tokens, 'the total is the sum');
      tokens = tokensOf(reply.usage);
    }
  }
  judge.expect(finishes.length === 1, 'an answer finishes once');
  judge.expect(!calls.some((call) => call.text === '' && !call.isCustom), 'arguments are JSON');
  return {
    said: {
      text,
      reasoning: withoutSpaces(reasoning),
      calls: calls.map(toSaid),
      sources: toSources(sources),
      finish: finishes[0],
      tokens,
    },
    faults: judge.faults,
  };
}
