import type { DialectId } from '@claudette/core';

import { anthropicMessages } from './anthropic-messages/index.js';
import type { Codec } from './codec.js';
import { gemini } from './gemini/index.js';
import { openaiChat } from './openai-chat/index.js';
import { openaiResponses } from './openai-responses/index.js';

/** Each dialect's codec. */
export const codecs: Readonly<Record<DialectId, Codec>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
};
