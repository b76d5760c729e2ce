import type { ChatEvent, FinishReason, Loss } from '@claudette/core';

const finishLosses: Readonly<Partial<Record<FinishReason, string>>> = {
  pause: 'Responses cannot say that the model paused; it says completed',
  'context-length': 'Responses cannot say that the context was full; it says max_output_tokens',
};

const lossesOfFinish = ({ reason, stopSequence }: Extract<ChatEvent, { type: 'finish' }>): readonly Loss[] => {
  const lost = finishLosses[reason];
  return [
    ...(lost === undefined ? [] : [{ path: 'finish.reason', reason: lost }]),
    ...(stopSequence === undefined
      ? []
      : [{ path: 'finish.stopSequence', reason: 'Responses does not say which stop sequence was met' }]),
  ];
};

const nothing: readonly Loss[] = [];

/** What Responses cannot carry of an event of a reply. */
export const lossesOfEvent = (event: ChatEvent): readonly Loss[] => {
  switch (event.type) {
    case 'finish':
      return lossesOfFinish(event);
    case 'foreign':
      return [{ path: event.path, reason: 'only the provider knows it' }];
    case 'text-end':
      return event.state === undefined
        ? nothing
        : [{ path: 'text.state', reason: 'Responses has no field for proofs of text' }];
    case 'text-citation':
      return event.citation.citedText === undefined
        ? nothing
        : [{ path: 'text.citations.citedText', reason: 'citations in Responses do not quote their source' }];
    default:
      return nothing;
  }
};
