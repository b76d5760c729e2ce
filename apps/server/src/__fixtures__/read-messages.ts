import { createJudge, parseArguments, toSources, withoutSpaces } from './said.js';
import type { Heard, Tokens } from './said.js';

interface WireCitation {
  readonly url?: string;
}

interface WireBlock {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly input?: unknown;
  readonly citations?: readonly WireCitation[] | null;
}

type WireUsage = Readonly<Record<string, number | null | undefined>> & {
  readonly output_tokens_details?: { readonly thinking_tokens?: number } | null;
};

interface WireMessage {
  readonly type?: string;
  readonly role?: string;
  readonly content: readonly WireBlock[];
  readonly stop_reason?: string | null;
  readonly usage: WireUsage;
}

interface WireEvent {
  readonly type: string;
  readonly index?: number;
  readonly message?: WireMessage;
  readonly content_block?: WireBlock;
  readonly delta?: {
    readonly type?: string;
    readonly text?: string;
    readonly thinking?: string;
    readonly partial_json?: string;
    readonly citation?: WireCitation;
    readonly stop_reason?: string | null;
  };
  readonly usage?: WireUsage;
}

const finishes: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool-calls',
};

const tokensOf = (usage: WireUsage): Tokens => {
  const cached = usage['cache_read_input_tokens'] ?? 0;
  return {
    input: (usage['input_tokens'] ?? 0) + cached + (usage['cache_creation_input_tokens'] ?? 0),
    cached,
    output: usage['output_tokens'] ?? 0,
    reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
  };
};

/** What stands in the message that is whole. */
function saidBy({ content, stop_reason, usage }: WireMessage): Heard['said'] {
  const all = (read: (block: WireBlock) => string | undefined): string =>
    content.map((block) => read(block) ?? '').join('');
  return {
    text: all(({ type, text }) => (type === 'text' ? text : '')),
    reasoning: withoutSpaces(all(({ thinking }) => thinking)),
    calls: content.flatMap(({ type, name = '', input }) => (type === 'tool_use' ? [{ name, arguments: input }] : [])),
    sources: toSources(content.flatMap(({ citations }) => (citations ?? []).map(({ url }) => url))),
    finish: finishes[stop_reason ?? ''],
    tokens: tokensOf(usage),
  };
}

const deltaTypes: Readonly<Record<string, readonly string[]>> = {
  text: ['text_delta', 'citations_delta'],
  thinking: ['thinking_delta', 'signature_delta'],
  tool_use: ['input_json_delta'],
};

/** The message that a stream builds up. */
function gather(events: readonly WireEvent[], expect: (holds: boolean, rule: string) => void): WireMessage {
  const blocks: (WireBlock & { json: string })[] = [];
  let message: WireMessage = { content: [], usage: {} };
  let open: number | undefined;
  for (const [number, event] of events.entries()) {
    const { type, index = -1, delta } = event;
    expect((type === 'message_start') === (number === 0), 'a message starts once and first');
    expect((type === 'message_stop') === (number === events.length - 1), 'a message stops once and last');
    if (type === 'message_start' && event.message) {
      ({ message } = event);
      blocks.push(...message.content.map((block) => ({ ...block, json: '' })));
    }
    if (type === 'content_block_start' && event.content_block) {
      expect(open === undefined && index === blocks.length, 'blocks are numbered and do not overlap');
      blocks[index] = { ...event.content_block, json: '' };
      open = index;
    }
    const block = blocks[index];
    if (type === 'content_block_delta' && block && delta) {
      expect(index === open, 'a delta belongs to the open block');
      expect(deltaTypes[block.type]?.includes(delta.type ?? '') ?? false, `a delta of ${block.type} is of its type`);
      blocks[index] = {
        ...block,
        text: (block.text ?? '') + (delta.text ?? ''),
        thinking: (block.thinking ?? '') + (delta.thinking ?? ''),
        citations: [...(block.citations ?? []), ...(delta.citation ? [delta.citation] : [])],
        json: block.json + (delta.partial_json ?? ''),
      };
    }
    if (type === 'content_block_stop') {
      expect(index === open, 'the open block stops');
      open = undefined;
    }
    if (type === 'message_delta') {
      expect(open === undefined, 'all blocks have stopped before the message ends');
      const said = Object.fromEntries(Object.entries(event.usage ?? {}).filter(([, count]) => count !== null));
      message = { ...message, ...delta, usage: { ...message.usage, ...said } as WireUsage };
    }
  }
  const content = blocks.map((block) => (block.json === '' ? block : { ...block, input: parseArguments(block.json) }));
  return { ...message, content };
}

/** Anthropic Messages. */
export function readMessages(payloads: readonly unknown[], streamed: boolean): Heard {
  const { faults, expect } = createJudge();
  const events = (payloads as readonly WireEvent[]).filter(({ type }) => type !== 'ping');
  const message = streamed ? gather(events, expect) : (payloads[0] as WireMessage);
  expect(message.type === 'message' && message.role === 'assistant', 'a message says what it is');
  for (const block of message.content) {
    if (block.type !== 'tool_use') continue;
    expect(Boolean(block.id), 'a call has an id');
    expect(typeof block.input === 'object' && !Array.isArray(block.input), 'the input of a call is an object');
  }
  return { said: saidBy(message), faults };
}
