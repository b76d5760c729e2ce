import type { FakeCall } from './fake-call.js';
import type { ProviderMemory } from './provider-memory.js';
import { refuseChat } from './refuse-chat.js';
import { refuseEmbedding } from './refuse-embedding.js';
import { refuseGemini } from './refuse-gemini.js';
import { refuseMessages } from './refuse-messages.js';
import { refuseResponses } from './refuse-responses.js';
import type { WireError } from './wire.js';

const keyOf = ({ headers, query }: FakeCall): string | undefined =>
  (headers['x-api-key'] ?? headers['x-goog-api-key'])?.toString() ??
  headers.authorization?.replace(/^Bearer /, '') ??
  new URLSearchParams(query).get('key') ??
  undefined;

/** What the provider says to a wrong key, or to none. Gemini does not call it 401. */
export function refuseKey(call: FakeCall, apiKey: string): WireError | undefined {
  const key = keyOf(call);
  if (key === apiKey) return undefined;
  if (call.dialect !== 'gemini') return { status: 401 };
  return key === undefined
    ? { status: 403, message: "Method doesn't allow unregistered callers." }
    : { status: 400, message: 'API key not valid. Please pass a valid API key.' };
}

function refuseBody(call: FakeCall, memory: ProviderMemory): WireError | undefined {
  if (call.operation === 'embed') return refuseEmbedding(call);
  switch (call.dialect) {
    case 'openai-chat':
      return refuseChat(call.json);
    case 'openai-responses':
      return refuseResponses(call.json, memory);
    case 'anthropic-messages':
      return refuseMessages(call, memory);
    case 'gemini':
      return refuseGemini(call, memory);
  }
}

function refuseModel({ dialect, operation, model }: FakeCall): WireError | undefined {
  if (!model.includes('missing')) return undefined;
  switch (dialect) {
    case 'openai-chat':
      return { status: 404, message: `The model \`${model}\` does not exist.` };
    case 'openai-responses': {
      const message = `The requested model '${model}' does not exist.`;
      return { status: 400, message, param: 'model', code: 'model_not_found' };
    }
    case 'anthropic-messages':
      return { status: 404, message: `model: ${model}` };
    case 'gemini':
      return { status: 404, message: `models/${model} is not found, or is not supported for ${operation}.` };
  }
}

/**
 * What the real provider would refuse, and the gateway could get wrong. A model whose name contains `missing` does not
 * exist.
 */
export const refuseRequest = (call: FakeCall, memory: ProviderMemory): WireError | undefined =>
  refuseBody(call, memory) ?? refuseModel(call);
