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
  switch (event.type) {
    case 'finish':
      return lossOfFinish(event);
    case 'foreign':
      return { path: event.path, reason: 'only the provider knows it' };
    case 'text-end':
      return event.state && { path: 'text.state', reason: "Chat has no field for the provider's proof of a text" };
    default:
      return undefined;
  }
};

/** State of reasoning travels on the tool call that follows it. */
export const lossOfCarried: Loss = {
  path: 'reasoning.state',
  reason: 'Chat carries the state of reasoning with tool calls only, and none followed',
};
