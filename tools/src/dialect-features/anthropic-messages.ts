import { pdf, png, schema } from './feature.js';
import type { Features } from './feature.js';

const weather = { name: 'weather', input_schema: schema };
const hi = { role: 'user', content: 'hi' };
const asking = (...content: unknown[]): Record<string, unknown> => ({ messages: [{ role: 'user', content }] });
const use = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } };
const answered = (result: Record<string, unknown>): Record<string, unknown> => ({
  tools: [weather],
  messages: [
    hi,
    { role: 'assistant', content: [use] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', ...result }] },
  ],
});
const base64 = (media_type: string, data: string): Record<string, unknown> => ({ type: 'base64', media_type, data });
const thought = (block: Record<string, unknown>): Record<string, unknown> => ({
  messages: [hi, { role: 'assistant', content: [block, { type: 'text', text: 'Yes.' }] }, hi],
});

export const anthropicMessagesFeatures: Features = {
  system: { system: 'Be brief.' },
  'several system blocks': {
    system: [
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'Be kind.' },
    ],
  },
  'system message in mid-conversation': { messages: [hi, { role: 'system', content: 'Be brief.' }, hi] },
  cache_control: { system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }] },
  'image by URL': asking({ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }),
  'image in base64': asking({ type: 'image', source: base64('image/png', png) }),
  'document in base64': asking({ type: 'document', source: base64('application/pdf', pdf) }),
  'document of text': asking({ type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a' } }),
  'document by URL': asking({ type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }),
  'document title': asking({ type: 'document', source: base64('application/pdf', pdf), title: 'A' }),
  'citations of a document': asking({
    type: 'document',
    source: base64('application/pdf', pdf),
    citations: { enabled: true },
  }),
  tools: { tools: [weather] },
  'strict tool': { tools: [{ ...weather, strict: true }] },
  defer_loading: { tools: [{ ...weather, defer_loading: true }] },
  'web_search tool': { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
  'tool_choice any': { tools: [weather], tool_choice: { type: 'any' } },
  'tool_choice of one tool': { tools: [weather], tool_choice: { type: 'tool', name: 'weather' } },
  'tool_choice none': { tools: [weather], tool_choice: { type: 'none' } },
  disable_parallel_tool_use: { tools: [weather], tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
  'tool result': answered({ content: 'sunny' }),
  'tool result with an image': answered({ content: [{ type: 'image', source: base64('image/png', png) }] }),
  'tool result with a document': answered({ content: [{ type: 'document', source: base64('application/pdf', pdf) }] }),
  'failed tool': answered({ content: 'no such city', is_error: true }),
  'thinking with a budget': { max_tokens: 4096, thinking: { type: 'enabled', budget_tokens: 2048 } },
  'adaptive thinking': { thinking: { type: 'adaptive' } },
  'thinking in the history': thought({ type: 'thinking', thinking: 'Hm.', signature: 'opaque' }),
  'redacted thinking in the history': thought({ type: 'redacted_thinking', data: 'opaque' }),
  effort: { output_config: { effort: 'low' } },
  'JSON schema': { output_config: { format: { type: 'json_schema', schema } } },
  temperature: { temperature: 0 },
  top_p: { top_p: 0.9 },
  top_k: { top_k: 40 },
  stop_sequences: { stop_sequences: ['END'] },
  'metadata.user_id': { metadata: { user_id: 'user-1' } },
  service_tier: { service_tier: 'auto' },
  context_management: { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } },
  mcp_servers: { mcp_servers: [{ type: 'url', name: 'a', url: 'https://example.com/mcp' }] },
};

export const anthropicMessagesBody = { model: 'm', max_tokens: 256, messages: [hi] };
