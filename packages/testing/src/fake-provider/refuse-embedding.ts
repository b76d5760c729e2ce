import type { FakeCall } from './fake-call.js';
import { fieldOf, listOf, textOf } from './json-reading.js';
import { inputsOf } from './other-bodies.js';
import { firstRefusal, invalid, isObject } from './refuse.js';
import { missing } from './refuse-openai.js';
import type { WireError } from './wire.js';

const FORMATS: readonly unknown[] = [undefined, 'float', 'base64'];

const refuseOpenai = (body: unknown, inputs: readonly string[]): WireError | undefined => {
  if (textOf(fieldOf(body, 'model')) === '') return missing('model');
  if (fieldOf(body, 'input') === undefined) return missing('input');
  if (inputs.length === 0 || inputs.includes('')) {
    return invalid(`Invalid 'input': input cannot be an empty string.`, 'input');
  }
  const format = fieldOf(body, 'encoding_format');
  return FORMATS.includes(format)
    ? undefined
    : invalid(`Invalid value: '${String(format)}'.`, 'encoding_format', 'invalid_value');
};

const refuseGemini = ({ json, model, route }: FakeCall, inputs: readonly string[]): WireError | undefined => {
  if (inputs.length === 0) return invalid('BatchEmbedContentsRequest.requests: at least one request is required');
  if (inputs.includes('')) return invalid('content is empty');
  // Each request of a batch names the model again, and it must be the one of the path.
  return firstRefusal(route.action === 'embedContent' ? [] : listOf(fieldOf(json, 'requests')), (request, index) =>
    fieldOf(request, 'model') === `models/${model}`
      ? undefined
      : invalid(`BatchEmbedContentsRequest.requests[${index}].model: does not match the model of the request`),
  );
};

/** What the real providers of vectors would refuse. */
export function refuseEmbedding(call: FakeCall): WireError | undefined {
  if (!isObject(call.json)) return invalid('We could not parse the JSON body of your request.');
  const inputs = inputsOf(call);
  return call.dialect === 'gemini' ? refuseGemini(call, inputs) : refuseOpenai(call.json, inputs);
}
