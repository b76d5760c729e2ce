import type { DialectId } from '@claudette/core';

import { createChatClient } from './chat-client.js';
import type { Client, ClientOptions } from './client.js';
import { createGeminiClient } from './gemini-client.js';
import { createMessagesClient } from './messages-client.js';
import { createResponsesClient } from './responses-client.js';

const makers: Readonly<Record<DialectId, (options: ClientOptions) => Client>> = {
  'openai-chat': createChatClient,
  'openai-responses': createResponsesClient,
  'anthropic-messages': createMessagesClient,
  gemini: createGeminiClient,
};

/** The official SDK of a dialect. */
export const createClient = (dialect: DialectId, options: ClientOptions): Client => makers[dialect](options);
