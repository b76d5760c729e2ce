import { createJudge, parseArguments, withoutSpaces } from './said.js';
import type { Heard, SaidCall } from './said.js';

interface WirePart {
  readonly type: string;
  readonly text?: string;
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

interface WireResponse {
  readonly status?: string;
  readonly incomplete_details?: { readonly reason?: string } | null;
  readonly output: readonly WireItem[];
  readonly usage?: {
    readonly input_tokens: number;
    readonly input_tokens_details?: { readonly cached_tokens?: number };
    readonly output_tokens: number;
    readonly output_tokens_details?: { readonly reasoning_tokens?: number };
    readonly total_tokens: number;
  } | null;
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

/** The words of a finished item, by the kind of event that brings them in pieces. */
const wordsOf = (item: WireItem): Readonly<Record<string, string>> => ({
  'response.output_text.delta': (item.content ?? []).map(({ type, text }) => (type === 'output_text' ? text : '')).join(''),
  'response.reasoning_summary_text.delta': (item.summary ?? []).map(({ text }) => text).join(''),
  'response.function_call_arguments.delta': item.arguments ?? '',
  'response.custom_tool_call_input.delta': item.input ?? '',
});
const deltaTypes = Object.keys(wordsOf({ type: '' }));

const isCall = ({ type }: WireItem): boolean => type === 'function_call' || type === 'custom_tool_call';
const toCall = ({ namespace, name = '', arguments: json = '', input }: WireItem): SaidCall => ({
  name: namespace === undefined ? name : `${namespace}__${name}`,
  arguments: input === undefined ? parseArguments(json) : { input },
});

const ends = ['response.completed', 'response.incomplete'];

type Pieces = ReadonlyMap<string, string>;
type Expect = (holds: boolean, rule: string) => void;

/** What a stream says in pieces, item by item. */
function gather(events: readonly WireEvent[], expect: Expect): { readonly pieces: Pieces; readonly items: WireItem[] } {
  const pieces = new Map<string, string>();
  const items: WireItem[] = [];
  const open = new Set<number>();
  for (const [number, { type, sequence_number, output_index = -1, item, delta }] of events.entries()) {
    expect(sequence_number === number, 'events are numbered');
    expect(type !== 'response.created' || number === 0, 'a response is created first');
    expect(ends.includes(type) === (number === events.length - 1), 'a response ends once and last');
    if (type === 'response.output_item.added') open.add(output_index);
    if (deltaTypes.includes(type)) {
      expect(open.has(output_index), 'a delta belongs to an open item');
      const key = `${output_index} ${type}`;
      pieces.set(key, (pieces.get(key) ?? '') + (delta ?? ''));
    }
    if (type === 'response.output_item.done' && item) {
      expect(open.delete(output_index) && output_index === items.length, 'items are numbered and done in order');
      for (const [deltaType, words] of Object.entries(wordsOf(item))) {
        expect((pieces.get(`${output_index} ${deltaType}`) ?? '') === words, `${deltaType} says what the item says`);
      }
      items.push(item);
    }
  }
  expect(open.size === 0, 'all items are done');
  return { pieces, items };
}

const joined = (pieces: Pieces, type: string): string =>
  [...pieces].flatMap(([key, words]) => (key.endsWith(type) ? words : [])).join('');

/** OpenAI Responses. */
export function readResponses(payloads: readonly unknown[], streamed: boolean): Heard {
  const { faults, expect } = createJudge();
  const events = payloads as readonly WireEvent[];
  const response = streamed ? events.at(-1)?.response : (payloads[0] as WireResponse);
  const { output = [], status = 'nothing', incomplete_details: details, usage } = response ?? {};
  const { pieces, items } = streamed ? gather(events, expect) : { pieces: new Map<string, string>(), items: [...output] };
  expect(JSON.stringify(items) === JSON.stringify(output), 'the response has the items that were done');
  for (const item of items) expect(!isCall(item) || Boolean(item.call_id), 'a call has an id');
  const words = items.map(wordsOf);
  const all = (type: string): string =>
    streamed ? joined(pieces, type) : words.map((said) => said[type] ?? '').join('');
  const calls = items.filter(isCall);
  const whole: Readonly<Record<string, string>> = { completed: calls.length > 0 ? 'tool-calls' : 'stop' };
  if (usage) expect(usage.total_tokens === usage.input_tokens + usage.output_tokens, 'the total is the sum');
  return {
    said: {
      text: all('response.output_text.delta'),
      reasoning: withoutSpaces(all('response.reasoning_summary_text.delta')),
      calls: calls.map(toCall),
      finish: details?.reason === 'max_output_tokens' ? 'length' : whole[status],
      tokens: usage
        ? {
            input: usage.input_tokens,
            cached: usage.input_tokens_details?.cached_tokens ?? 0,
            output: usage.output_tokens,
            reasoning: usage.output_tokens_details?.reasoning_tokens ?? 0,
          }
        : undefined,
    },
    faults,
  };
}
