import type { IncomingHttpHeaders } from 'node:http';

import type { DialectId } from '@claudette/core';

/** What a call asks of the provider. */
export type FakeOperation = 'generate' | 'embed' | 'count' | 'list';

/** How a reply can travel: one JSON body, server-sent events, or Gemini's streamed JSON array. */
export type ReplyFraming = 'json' | 'sse' | 'json-array';

/** What the address of a call says about it. */
export interface Route {
  /** A list of models is Anthropic's with an `anthropic-version`, Gemini's with a Google key or under `/v1beta`. */
  readonly dialect: DialectId;
  /** Undefined: there is no such route. */
  readonly operation: FakeOperation | undefined;
  /** The model in the path, as Gemini has it. */
  readonly pathModel?: string;
  /** How Gemini's path asks for the reply. */
  readonly pathFraming?: ReplyFraming;
  /** Gemini's method, what follows the colon. */
  readonly action?: string;
}

const bodyRoutes: Readonly<Record<string, readonly [DialectId, FakeOperation]>> = {
  '/v1/chat/completions': ['openai-chat', 'generate'],
  '/v1/embeddings': ['openai-chat', 'embed'],
  '/v1/responses': ['openai-responses', 'generate'],
  '/v1/responses/input_tokens': ['openai-responses', 'count'],
  '/v1/messages': ['anthropic-messages', 'generate'],
  '/v1/messages/count_tokens': ['anthropic-messages', 'count'],
};

const geminiActions: Readonly<Record<string, FakeOperation>> = {
  generateContent: 'generate',
  streamGenerateContent: 'generate',
  countTokens: 'count',
  embedContent: 'embed',
  batchEmbedContents: 'embed',
};

const geminiPath = /^\/(?:v1|v1beta)\/models\/(?<model>[^/:]+):(?<action>\w+)$/;
const modelsPath = /^\/(?:v1|v1beta)\/models(?:\/(?<model>[^/:]+))?$/;

/** The routes in words, for people. */
export const routeLines: readonly string[] = [
  ...Object.keys(bodyRoutes).map((path) => `POST ${path}`),
  ...Object.keys(geminiActions).map((action) => `POST /v1beta/models/{model}:${action} (or /v1)`),
  'GET  /v1/models, /v1/models/{model} (or /v1beta)',
];

const dialectOfOthers = (path: string, query: URLSearchParams, headers: IncomingHttpHeaders): DialectId => {
  if (headers['anthropic-version'] !== undefined) return 'anthropic-messages';
  const isGoogles = path.startsWith('/v1beta/') || headers['x-goog-api-key'] !== undefined || query.has('key');
  return isGoogles ? 'gemini' : 'openai-chat';
};

const framingOf = (action: string, query: URLSearchParams): ReplyFraming => {
  if (action !== 'streamGenerateContent') return 'json';
  return query.get('alt') === 'sse' ? 'sse' : 'json-array';
};

/** Where a request goes; whatever is not a route has no operation. */
export function routeOf(method: string, path: string, search: string, headers: IncomingHttpHeaders): Route {
  const query = new URLSearchParams(search);
  const known = bodyRoutes[path];
  if (known !== undefined) {
    const [dialect, operation] = known;
    return { dialect, operation: method === 'POST' ? operation : undefined };
  }
  const { model, action } = geminiPath.exec(path)?.groups ?? {};
  if (model !== undefined && action !== undefined) {
    return {
      dialect: 'gemini',
      operation: method === 'POST' ? geminiActions[action] : undefined,
      pathModel: decodeURIComponent(model),
      pathFraming: framingOf(action, query),
      action,
    };
  }
  const listed = method === 'GET' ? modelsPath.exec(path) : null;
  const dialect = dialectOfOthers(path, query, headers);
  if (listed === null) return { dialect, operation: undefined };
  const one = listed.groups?.['model'];
  return { dialect, operation: 'list', ...(one !== undefined && { pathModel: decodeURIComponent(one) }) };
}
