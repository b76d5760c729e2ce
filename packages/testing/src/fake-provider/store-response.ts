import type { Answer } from './answer.js';
import { fieldOf } from './json-reading.js';
import type { ProviderMemory } from './provider-memory.js';
import { conversationOf } from './read-responses-prompt.js';
import { outputItems } from './responses-items.js';
import { responseIdOf } from './responses-object.js';

/** Keeps a Response for `previous_response_id`, unless the client said `store: false`. */
export function storeResponse(answer: Answer, memory: ProviderMemory): void {
  if (fieldOf(answer.request, 'store') === false) return;
  const output = outputItems(answer).map((item) => item.done);
  memory.keepResponse(responseIdOf(answer), [...conversationOf(answer.request, memory), ...output]);
}
