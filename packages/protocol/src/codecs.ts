import type { DialectId } from '@claudette/core';

import { anthropicMessages } from './anthropic-messages/index.js';
import type { Codec } from './codec.js';
import { openaiChat } from './openai-chat/index.js';

/** Each dialect's codec. */
export const codecs: Readonly<Record<DialectId, Codec>> = {
  'openai-chat': openaiChat,
  'anthropic-messages': anthropicMessages,
};
