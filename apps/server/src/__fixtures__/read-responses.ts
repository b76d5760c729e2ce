import { createJudge, parseArguments, toSources, withoutSpaces } from './said.js';
import type { Heard, SaidCall, Tokens } from './said.js';

interface WirePart {
  readonly type: string;
  readonly text?: string;
  readonly annotations?: readonly { readonly type: string; readonly url?: string }[];
}

interface WireItem {
  readonly type: string;
  readonly id?: string;
  readonly call_id?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly arguments?: string;
  readonly input?: string;
  readonly content?: readonly WirePart[] | null;
  readonly summary?: readonly WirePart[];
}

interface WireUsage {
  readonly input_tokens: number;
  readonly input_tokens_details?: { readonly cached_tokens?: number };
  readonly output_tokens: number;
  readonly output_tokens_details?: { readonly reasoning_tokens?: number };
  readonly total_tokens: number;
}

interface WireResponse {
  readonly status?: string;
  readonly incomplete_details?: { readonly reason?: string } | null;
  readonly output: readonly WireItem[];
  readonly usage?: WireUsage | null;
}

interface WireEvent {
  readonly type: string;
  readonly sequence_number?: number;
  readonly output_index?: number;
  readonly item_id?: string;
  readonly item?: WireItem;
  readonly delta?: string;
  readonly response?: WireResponse;
}

const isCall = ({ type }: WireItem): boolean => type === 'function_call' || type === 'custom_tool_call';

/** The words of a finished item, by the kind of event that brings them in pieces. */
const wordsOf = (item: WireItem): Readonly<Record<string, string>> => ({
  'response.output_text.delta': (item.content ?? [])
    .map(({ type, text }) => (type === 'output_text' ? text : ''))
    .join(''),
  'response.reasoning_summary_text.delta': (item.summary ?? []).map(({ text }) => text).join(''),
  'response.function_call_arguments.delta': isCall(item) ? (item.arguments ?? '') : '',
  'response.custom_tool_call_input.delta': isCall(item) ? (item.input ?? '') : '',
});
const deltaTypes = Object.keys(wordsOf({ type: '' }));

const toCall = ({ namespace, name = '', arguments: json = '', input }: WireItem): SaidCall => ({
  name: namespace === undefined ? name : `${namespace}__${name}`,
  arguments: input === undefined ? parseArguments(json) : { input },
});

const tokensOf = (usage: WireUsage): Tokens => ({
  input: usage.input_tokens,
  cached: usage.input_tokens_details?.cached_tokens ?? 0,
  output: usage.output_tokens,
  reasoning: usage.output_tokens_details?.reasoning_tokens ?? 0,
});

const ends = ['response.completed', 'response.incomplete'];

type Expect = (holds: boolean, rule: string) => void;
type Words = ReturnType<typeof wordsOf>;

/** What is said of an item in pieces, and by itself when it is done. Pieces may be missing; what did come counts. */
const heardOf = (item: WireItem, pieces: Words, expect: Expect): Words =>
  Object.fromEntries(
    Object.entries(wordsOf(item)).map(([type, words]) => {
      const heard = pieces[type] ?? '';
      expect(heard === words, `${type} says what the item says`);
      return [type, words.startsWith(heard) ? words : heard];
    }),
  );

/** What a stream says, item by item. */
function gather(events: readonly WireEvent[], expect: Expect): { readonly words: Words[]; readonly items: WireItem[] } {
  const open = new Map<number, Record<string, string>>();
  const items: WireItem[] = [];
  const words: Words[] = [];
  for (const [number, { type, sequence_number, output_index = -1, item, delta }] of events.entries()) {
    expect(sequence_number === number, 'events are numbered');
    expect((type === 'response.created') === (number === 0), 'a response is created first');
    expect(ends.includes(type) === (number === events.length - 1), 'a response ends once and last');
    if (type === 'response.output_item.added') open.set(output_index, {});
    const pieces = open.get(output_index);
    if (deltaTypes.includes(type)) {
      expect(pieces !== undefined, 'a delta belongs to an open item');
      if (pieces) pieces[type] = (pieces[type] ?? '') + (delta ?? '');
    }
    if (type === 'response.output_item.done' && item) {
      expect(open.delete(output_index) && output_index === items.length, 'items are numbered and done in order');
      items.push(item);
      words.push(heardOf(item, pieces ?? {}, expect));
    }
  }
  expect(open.size === 0, 'all items are done');
  return { words, items };
}

/** OpenAI Responses. */
export function readResponses(payloads: readonly unknown[], streamed: boolean): Heard {
  const { faults, expect } = createJudge();
  const events = payloads as readonly WireEvent[];
  const response = streamed ? events.at(-1)?.response : (payloads[0] as WireResponse);
  const { output = [], status = 'nothing', incomplete_details: details, usage } = response ?? {};
  const { words, items } = streamed ? gather(events, expect) : { words: output.map(wordsOf), items: output };
  expect(JSON.stringify(items) === JSON.stringify(output), 'the response has the items that were done');
  const calls = items.filter(isCall);
  for (const call of calls) expect(Boolean(call.call_id), 'a call has an id');
  const all = (type: string): string => words.map((said) => said[type] ?? '').join('');
  const whole: Readonly<Record<string, string>> = { completed: calls.length > 0 ? 'tool-calls' : 'stop' };
  if (usage) expect(usage.total_tokens === usage.input_tokens + usage.output_tokens, 'the total is the sum');
  return {
    said: {
      text: all('response.output_text.delta'),
      reasoning: withoutSpaces(all('response.reasoning_summary_text.delta')),
      calls: calls.map(toCall),
      sources: toSources(
        items.flatMap(({ content }) =>
          (content ?? []).flatMap(({ annotations }) => (annotations ?? []).map(({ url }) => url)),
        ),
      ),
      finish: details?.reason === 'max_output_tokens' ? 'length' : whole[status],
      tokens: usage ? tokensOf(usage) : undefined,
    },
    faults,
  };
}
