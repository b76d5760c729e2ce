import type { FakeCall } from './fake-call.js';
import type { Prompt } from './prompt.js';
import type { ProviderMemory } from './provider-memory.js';
import { readChatPrompt } from './read-chat-prompt.js';
import { readGeminiPrompt } from './read-gemini-prompt.js';
import { readMessagesPrompt } from './read-messages-prompt.js';
import { readResponsesPrompt } from './read-responses-prompt.js';

/** Reads a request; whatever is not there or has another type counts as not asked for. */
export function readPrompt(call: FakeCall, memory: ProviderMemory): Prompt {
  switch (call.dialect) {
    case 'openai-chat':
      return readChatPrompt(call.json);
    case 'openai-responses':
      return readResponsesPrompt(call.json, memory);
    case 'anthropic-messages':
      return readMessagesPrompt(call.json);
    case 'gemini':
      return readGeminiPrompt(call);
  }
}
