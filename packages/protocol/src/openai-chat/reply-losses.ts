import type { ChatEvent, Loss } from '@claudette/core';

/** What a refusal says that came without words. */
export const refusalText = 'The model declined to answer.';

const lossOfFinish = ({ reason, stopSequence }: Extract<ChatEvent, { type: 'finish' }>): Loss | undefined => {
  if (reason === 'pause')
    return { path: 'finish.reason', reason: 'Chat cannot say that the model paused; it says stop' };
  if (reason === 'context-length') {
    return { path: 'finish.reason', reason: 'Chat cannot say that the context was full; it says length' };
  }
  return stopSequence === undefined
    ? undefined
    : { path: 'finish.stopSequence', reason: 'Chat does not say which stop sequence was met' };
};

/** What Chat cannot carry of an event of a reply. */
export const lossOfEvent = (event: ChatEvent): Loss | undefined => {
  if (event.type === 'finish') return lossOfFinish(event);
  if (event.type === 'foreign') return { path: event.path, reason: 'only the provider knows it' };
  if (event.type !== 'reasoning-end') return undefined;
  if (event.redactedData !== undefined)
    return { path: 'reasoning', reason: 'Chat has no field for encrypted reasoning' };
  return event.signature === undefined
    ? undefined
    : { path: 'reasoning.signature', reason: 'Chat has no field for proofs of reasoning' };
};
