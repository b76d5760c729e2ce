import type { ChatEvent, Loss } from '@claudette/core';

/** What an event of a reply says that the dialect has no place for. */
export const findLosses = (event: ChatEvent): readonly Loss[] => {
  switch (event.type) {
    case 'foreign':
      return [{ path: event.path, reason: 'Anthropic answers have no place for it' }];
    case 'text-logprobs':
      return [{ path: 'logprobs', reason: 'Anthropic answers have no log probabilities' }];
    case 'text-citation':
      return event.citation.startIndex === undefined && event.citation.endIndex === undefined
        ? []
        : [{ path: `content[${event.block}].citations`, reason: 'Anthropic citations are of a whole block of text' }];
    case 'text-end':
      return event.state === undefined || event.state.dialect === 'anthropic-messages'
        ? []
        : [
            {
              path: `content[${event.block}].state`,
              reason: `an Anthropic text has no place for state of ${event.state.dialect}`,
            },
          ];
    default:
      return [];
  }
};
