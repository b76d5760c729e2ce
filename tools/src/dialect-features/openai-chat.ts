import { pdf, png, schema } from './feature.js';
import type { Features } from './feature.js';

const weather = { type: 'function', function: { name: 'weather', parameters: schema } };
const asking = (...content: unknown[]): Record<string, unknown> => ({ messages: [{ role: 'user', content }] });
const hi = { role: 'user', content: 'hi' };
const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } };
const called = { tools: [weather], messages: [hi, { role: 'assistant', tool_calls: [call] }] };

export const openaiChatFeatures: Features = {
  'system message': { messages: [{ role: 'system', content: 'Be brief.' }, hi] },
  'developer message': { messages: [{ role: 'developer', content: 'Be brief.' }, hi] },
  'system message in mid-conversation': { messages: [hi, { role: 'system', content: 'Be brief.' }, hi] },
  'name of a speaker': { messages: [{ ...hi, name: 'ada' }] },
  'image by URL': asking({ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }),
  'image in base64': asking({ type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }),
  'image detail': asking({ type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } }),
  'file in base64': asking({
    type: 'file',
    file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` },
  }),
  'file by id': asking({ type: 'file', file: { file_id: 'file-1' } }),
  audio: asking({ type: 'input_audio', input_audio: { data: png, format: 'wav' } }),
  tools: { tools: [weather] },
  'strict tool': { tools: [{ type: 'function', function: { ...weather.function, strict: true } }] },
  'text tool': { tools: [{ type: 'custom', custom: { name: 'patch' } }] },
  'text tool with a grammar': {
    tools: [
      {
        type: 'custom',
        custom: { name: 'patch', format: { type: 'grammar', grammar: { syntax: 'regex', definition: '.*' } } },
      },
    ],
  },
  'tool_choice required': { tools: [weather], tool_choice: 'required' },
  'tool_choice of one tool': { tools: [weather], tool_choice: { type: 'function', function: { name: 'weather' } } },
  'tool_choice allowed_tools': {
    tools: [weather],
    tool_choice: {
      type: 'allowed_tools',
      allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'weather' } }] },
    },
  },
  'parallel_tool_calls false': { tools: [weather], parallel_tool_calls: false },
  'tool result': {
    ...called,
    messages: [...called.messages, { role: 'tool', tool_call_id: 'call_1', content: 'sunny' }],
  },
  reasoning_effort: { reasoning_effort: 'low' },
  'JSON mode': { response_format: { type: 'json_object' } },
  'JSON schema': { response_format: { type: 'json_schema', json_schema: { name: 'place', schema } } },
  'strict JSON schema': {
    response_format: { type: 'json_schema', json_schema: { name: 'place', schema, strict: true } },
  },
  verbosity: { verbosity: 'low' },
  max_completion_tokens: { max_completion_tokens: 64 },
  temperature: { temperature: 0 },
  top_p: { top_p: 0.9 },
  stop: { stop: ['END'] },
  seed: { seed: 7 },
  presence_penalty: { presence_penalty: 0.5 },
  frequency_penalty: { frequency_penalty: 0.5 },
  n: { n: 2 },
  logprobs: { logprobs: true, top_logprobs: 2 },
  logit_bias: { logit_bias: { 50256: -100 } },
  user: { user: 'user-1' },
  metadata: { metadata: { team: 'red' } },
  service_tier: { service_tier: 'flex' },
  prompt_cache_key: { prompt_cache_key: 'session-1' },
  store: { store: true },
  prediction: { prediction: { type: 'content', content: 'a' } },
  web_search_options: { web_search_options: {} },
};

export const openaiChatBody = { model: 'm', messages: [hi] };
