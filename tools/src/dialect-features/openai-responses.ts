import { pdf, png, schema } from './feature.js';
import type { Features } from './feature.js';

const weather = { type: 'function', name: 'weather', parameters: schema, strict: false };
const hi = { role: 'user', content: 'hi' };
const asking = (...content: unknown[]): Record<string, unknown> => ({ input: [{ role: 'user', content }] });
const call = { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' };
const answered = (output: unknown): Record<string, unknown> => ({
  tools: [weather],
  input: [hi, call, { type: 'function_call_output', call_id: 'call_1', output }],
});

export const openaiResponsesFeatures: Features = {
  instructions: { instructions: 'Be brief.' },
  'developer message': { input: [{ role: 'developer', content: 'Be brief.' }, hi] },
  'system message in mid-conversation': { input: [hi, { role: 'system', content: 'Be brief.' }, hi] },
  'image by URL': asking({ type: 'input_image', image_url: 'https://example.com/a.png', detail: 'auto' }),
  'image in base64': asking({ type: 'input_image', image_url: `data:image/png;base64,${png}`, detail: 'auto' }),
  'image by id': asking({ type: 'input_image', file_id: 'file-1', detail: 'auto' }),
  'file in base64': asking({ type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${pdf}` }),
  'file by URL': asking({ type: 'input_file', file_url: 'https://example.com/a.pdf' }),
  tools: { tools: [weather] },
  'strict tool': { tools: [{ ...weather, strict: true }] },
  'text tool': { tools: [{ type: 'custom', name: 'patch' }] },
  'nested tools (namespace)': {
    tools: [{ type: 'namespace', name: 'agents', description: 'Agents.', tools: [weather] }],
  },
  'web_search tool': { tools: [{ type: 'web_search' }] },
  'tool_choice required': { tools: [weather], tool_choice: 'required' },
  'tool_choice of one tool': { tools: [weather], tool_choice: { type: 'function', name: 'weather' } },
  'tool_choice allowed_tools': {
    tools: [weather],
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'weather' }] },
  },
  'parallel_tool_calls false': { tools: [weather], parallel_tool_calls: false },
  max_tool_calls: { max_tool_calls: 3 },
  'tool result': answered('sunny'),
  'tool result with an image': answered([
    { type: 'input_text', text: 'see' },
    { type: 'input_image', image_url: `data:image/png;base64,${png}` },
  ]),
  'reasoning item': {
    input: [
      hi,
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'opaque' },
      hi,
    ],
  },
  'reasoning effort': { reasoning: { effort: 'low' } },
  'reasoning summary': { reasoning: { summary: 'auto' } },
  'JSON mode': { text: { format: { type: 'json_object' } } },
  'JSON schema': { text: { format: { type: 'json_schema', name: 'place', schema } } },
  'strict JSON schema': { text: { format: { type: 'json_schema', name: 'place', schema, strict: true } } },
  verbosity: { text: { verbosity: 'low' } },
  max_output_tokens: { max_output_tokens: 64 },
  temperature: { temperature: 0 },
  top_p: { top_p: 0.9 },
  top_logprobs: { top_logprobs: 2, include: ['message.output_text.logprobs'] },
  metadata: { metadata: { team: 'red' } },
  service_tier: { service_tier: 'flex' },
  prompt_cache_key: { prompt_cache_key: 'session-1' },
  safety_identifier: { safety_identifier: 'user-1' },
  store: { store: false },
  truncation: { truncation: 'auto' },
  previous_response_id: { previous_response_id: 'resp_1' },
};

export const openaiResponsesBody = { model: 'm', input: [hi] };
