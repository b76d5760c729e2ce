import { embedText, toBase64 } from './embed-text.js';
import type { Vector } from './embed-text.js';
import type { FakeCall } from './fake-call.js';
import { fieldOf, listOf, numberOf, textOf } from './json-reading.js';

/** How many tokens a prompt has, in the words of the dialect that asked. */
export function countBody({ dialect }: Pick<FakeCall, 'dialect'>, tokens: number): string {
  switch (dialect) {
    case 'gemini':
      return JSON.stringify({ totalTokens: tokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: tokens }] });
    case 'anthropic-messages':
      return JSON.stringify({ input_tokens: tokens });
    default:
      return JSON.stringify({ object: 'response.input_tokens', input_tokens: tokens });
  }
}

const isTokens = (input: unknown): boolean => typeof listOf(input)[0] === 'number';

/** The inputs of an OpenAI request as texts: one or several, each as text or as tokens. */
const openaiInputs = (body: unknown): string[] => {
  const input = fieldOf(body, 'input');
  const inputs = typeof input === 'string' || isTokens(input) ? [input] : listOf(input);
  return inputs.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
};

const geminiText = (request: unknown): string =>
  listOf(fieldOf(request, 'content', 'parts'))
    .map((part) => textOf(fieldOf(part, 'text')))
    .join('');

/** The texts that a call wants vectors of. */
export const inputsOf = ({ dialect, route, json }: Pick<FakeCall, 'dialect' | 'route' | 'json'>): string[] => {
  if (dialect !== 'gemini') return openaiInputs(json);
  return (route.action === 'embedContent' ? [json] : listOf(fieldOf(json, 'requests'))).map(geminiText);
};

const openaiBody = (call: Pick<FakeCall, 'json' | 'model'>, inputs: readonly string[]): string => {
  const dimensions = numberOf(fieldOf(call.json, 'dimensions'));
  const isBase64 = fieldOf(call.json, 'encoding_format') === 'base64';
  const vectors = inputs.map((text) => embedText(text, dimensions));
  const tokens = inputs.reduce((sum, text) => sum + (text.match(/\S+/g) ?? []).length, 0);
  return JSON.stringify({
    object: 'list',
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: isBase64 ? toBase64(vector) : vector,
    })),
    model: call.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
};

const geminiBody = ({ route, json }: Pick<FakeCall, 'route' | 'json'>, inputs: readonly string[]): string => {
  const requests = route.action === 'embedContent' ? [json] : listOf(fieldOf(json, 'requests'));
  const vectorOf = (text: string, index: number): { values: Vector } => ({
    values: embedText(text, numberOf(fieldOf(requests[index], 'outputDimensionality'))),
  });
  const embeddings = inputs.map(vectorOf);
  return JSON.stringify(route.action === 'embedContent' ? { embedding: embeddings[0] } : { embeddings });
};

/** Vectors of what the call brings, in its order. */
export const embeddingBody = (call: FakeCall): string =>
  call.dialect === 'gemini' ? geminiBody(call, inputsOf(call)) : openaiBody(call, inputsOf(call));
