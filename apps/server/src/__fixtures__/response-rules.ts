/** JSON of the Responses API. */
export type Json = Readonly<Record<string, unknown>>;

export interface ResponseEvent extends Json {
  readonly type: string;
  readonly sequence_number: number;
}

type Rule = (value: unknown) => boolean;

const text: Rule = (value) => typeof value === 'string';
const number: Rule = (value) => typeof value === 'number';
const integer: Rule = (value) => Number.isInteger(value);
const flag: Rule = (value) => typeof value === 'boolean';
const list: Rule = (value) => Array.isArray(value);
const object: Rule = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const oneOf =
  (...words: readonly unknown[]): Rule =>
  (value) =>
    words.includes(value);
const orNull =
  (rule: Rule): Rule =>
  (value) =>
    value === null || rule(value);
const holding =
  (rules: Readonly<Record<string, Rule>>): Rule =>
  (value) =>
    object(value) && Object.entries(rules).every(([name, rule]) => rule((value as Json)[name]));

const usage = holding({
  input_tokens: integer,
  input_tokens_details: holding({ cached_tokens: integer }),
  output_tokens: integer,
  output_tokens_details: holding({ reasoning_tokens: integer }),
  total_tokens: integer,
});

/** What every Response carries, null where nothing was set. Open Responses counts all of it as required. */
const responseRules: Readonly<Record<string, Rule>> = {
  id: text,
  object: oneOf('response'),
  created_at: integer,
  completed_at: orNull(integer),
  status: oneOf('completed', 'failed', 'in_progress', 'incomplete'),
  incomplete_details: orNull(holding({ reason: text })),
  model: text,
  previous_response_id: orNull(text),
  instructions: orNull((value) => text(value) || list(value)),
  output: list,
  error: orNull(holding({ code: text, message: text })),
  tools: list,
  tool_choice: (value) => text(value) || object(value),
  truncation: oneOf('auto', 'disabled'),
  parallel_tool_calls: flag,
  text: holding({ format: holding({ type: text }) }),
  top_p: number,
  presence_penalty: number,
  frequency_penalty: number,
  top_logprobs: integer,
  temperature: number,
  reasoning: orNull(holding({ effort: orNull(text), summary: orNull(text) })),
  user: orNull(text),
  usage: orNull(usage),
  max_output_tokens: orNull(integer),
  max_tool_calls: orNull(integer),
  store: flag,
  background: flag,
  service_tier: text,
  metadata: object,
  safety_identifier: orNull(text),
  prompt_cache_key: orNull(text),
};

const status = oneOf('in_progress', 'completed', 'incomplete');
const phase: Rule = (value) => value === undefined || oneOf(null, 'commentary', 'final_answer')(value);

const itemRules: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  message: { id: text, status, role: oneOf('assistant'), content: list, phase },
  function_call: { id: text, status, call_id: text, name: text, arguments: text },
  custom_tool_call: { id: text, call_id: text, name: text, input: text },
  reasoning: { id: text, summary: list },
};

const partRules: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  output_text: { text, annotations: list, logprobs: list },
  refusal: { refusal: text },
};

/** What every event of a type carries besides `type` and `sequence_number`. */
const eventRules: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  'response.created': { response: object },
  'response.in_progress': { response: object },
  'response.completed': { response: object },
  'response.incomplete': { response: object },
  'response.failed': { response: object },
  'response.output_item.added': { output_index: integer, item: object },
  'response.output_item.done': { output_index: integer, item: object },
  'response.content_part.added': { item_id: text, output_index: integer, content_index: integer, part: object },
  'response.content_part.done': { item_id: text, output_index: integer, content_index: integer, part: object },
  'response.output_text.delta': {
    item_id: text,
    output_index: integer,
    content_index: integer,
    delta: text,
    logprobs: list,
  },
  'response.output_text.done': { item_id: text, output_index: integer, content_index: integer, text, logprobs: list },
  'response.output_text.annotation.added': { item_id: text, annotation_index: integer, annotation: object },
  'response.refusal.delta': { item_id: text, output_index: integer, content_index: integer, delta: text },
  'response.refusal.done': { item_id: text, output_index: integer, content_index: integer, refusal: text },
  'response.function_call_arguments.delta': { item_id: text, output_index: integer, delta: text },
  'response.function_call_arguments.done': { item_id: text, output_index: integer, arguments: text },
  'response.reasoning_summary_part.added': { item_id: text, output_index: integer, summary_index: integer },
  'response.reasoning_summary_text.delta': { item_id: text, summary_index: integer, delta: text },
  'response.reasoning_summary_text.done': { item_id: text, summary_index: integer, text },
  'response.reasoning_summary_part.done': { item_id: text, summary_index: integer, part: object },
  // Its words stand beside the type in OpenAI's documents, and inside `error` in its streams.
  error: {},
};

const broken = (value: Json, rules: Readonly<Record<string, Rule>>, at: string): string[] =>
  Object.entries(rules)
    .filter(([name, rule]) => !rule(value[name]))
    .map(([name]) => `${at}.${name} is ${JSON.stringify(value[name]) ?? 'missing'}`);

const typed = (
  value: unknown,
  rules: Readonly<Record<string, Readonly<Record<string, Rule>>>>,
  at: string,
): string[] => {
  const known = rules[String((value as Json | null)?.['type'])];
  return known === undefined ? [`${at} has an unknown type`] : broken(value as Json, known, at);
};

const partsOf = (item: Json): readonly unknown[] => (Array.isArray(item['content']) ? item['content'] : []);

const brokenItem = (item: Json, at: string): string[] => [
  ...typed(item, itemRules, at),
  ...partsOf(item).flatMap((part, index) => typed(part, partRules, `${at}.content[${index}]`)),
];

/** Every place where a Response is not as the specification has it. */
export const brokenRulesOfResponse = (response: Json): string[] => [
  ...broken(response, responseRules, 'response'),
  ...(response['output'] as Json[]).flatMap((item, index) => brokenItem(item, `output[${index}]`)),
];

/** Every place where an event is not as the specification has it. */
export const brokenRulesOfEvent = (event: ResponseEvent): string[] => [
  ...typed(event, eventRules, event.type),
  ...('response' in event ? brokenRulesOfResponse(event['response'] as Json) : []),
  ...('item' in event ? brokenItem(event['item'] as Json, event.type) : []),
];

/** The events of a stream; a frame whose name is not its type, and one that is neither event nor end, are no events. */
export const readResponseEvents = (stream: string): ResponseEvent[] =>
  stream
    .split('\n\n')
    .filter((frame) => frame !== '' && frame !== 'data: [DONE]' && !frame.startsWith(':'))
    .map((frame) => {
      const [, name, data = ''] = /^event: (.*)\ndata: (.*)$/.exec(frame) ?? [];
      const event = JSON.parse(data) as ResponseEvent;
      if (event.type !== name) throw new Error(`an event of the type ${event.type} is called ${name}`);
      return event;
    });
