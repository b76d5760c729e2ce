import type { Answer } from './answer.js';
import { wireId } from './wire.js';
import type { Wire, WireError } from './wire.js';

/** When the fake OpenAI began, in seconds; the times in its replies count calls from it. */
export const EPOCH_SECONDS = 1_750_000_000;
/** How much of a tool call's arguments comes in one delta. */
export const ARGUMENTS_DELTA_CHARACTERS = 8;

const errorTypes: Readonly<Record<number, { type: string; code?: string; message: string }>> = {
  401: { type: 'invalid_request_error', code: 'invalid_api_key', message: 'Incorrect API key provided: sk-fake.' },
  403: { type: 'invalid_request_error', code: 'unsupported_country_region_territory', message: 'Not allowed here.' },
  404: { type: 'invalid_request_error', code: 'model_not_found', message: 'The model does not exist.' },
  429: { type: 'requests', code: 'rate_limit_exceeded', message: 'Rate limit reached for requests.' },
};
const callerError = { type: 'invalid_request_error', message: 'The request is not valid.' };
export const serverError = {
  type: 'server_error',
  message: 'The server had an error while processing your request.',
} as const;

/** The id under which the client finds a tool call again. */
export const callIdOf = (answer: Answer, index: number): string => wireId('call_', 24, answer.number, index);

export function openaiErrorBody({ status, message, type, code, param }: WireError): string {
  const usual: { type: string; code?: string; message: string } =
    errorTypes[status] ?? (status < 500 ? callerError : serverError);
  return JSON.stringify({
    error: {
      message: message ?? usual.message,
      type: type ?? usual.type,
      param: param ?? null,
      code: code ?? usual.code ?? null,
    },
  });
}

const modelOf = (id: string): object => ({ id, object: 'model', created: EPOCH_SECONDS, owned_by: 'fake' });

/** What Chat Completions and Responses have in common, because one server answers both. */
export const openaiPlatform: Pick<Wire, 'errorBody' | 'headers' | 'models' | 'model'> = {
  errorBody: openaiErrorBody,
  headers: (callNumber) => ({
    'x-request-id': wireId('req_', 32, callNumber),
    'openai-version': '2020-10-01',
    'openai-organization': 'org-fake',
    'openai-processing-ms': '12',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-limit-tokens': '2000000',
    'x-ratelimit-remaining-requests': String(Math.max(0, 10_000 - callNumber)),
    'x-ratelimit-remaining-tokens': '1999000',
    'x-ratelimit-reset-requests': '6ms',
    'x-ratelimit-reset-tokens': '30ms',
  }),
  models: (ids) => JSON.stringify({ object: 'list', data: ids.map(modelOf) }),
  model: (id) => JSON.stringify(modelOf(id)),
};
