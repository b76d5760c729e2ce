import type { DialectId } from '@claudette/core';

import type { Arrived } from './arrived.js';
import { readChat } from './arrived-chat.js';
import { readGemini } from './arrived-gemini.js';
import { readMessages } from './arrived-messages.js';
import { readResponses } from './arrived-responses.js';

const readers: Readonly<Record<DialectId, (json: unknown) => Arrived>> = {
  'openai-chat': readChat,
  'openai-responses': readResponses,
  'anthropic-messages': readMessages,
  gemini: readGemini,
};

/** Reads a request as the provider of the dialect got it. */
export const readArrived = (dialect: DialectId, json: unknown): Arrived => readers[dialect](json);
