import type { Call, NotStoredReason } from '@claudette/core';

import type { CompleteFlight } from './flight/flight.js';

/** https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.5 */
const noStore = /(?:^|[\s,])no-store(?=$|[\s,])/i;

/**
 * Why an answer that came whole is not kept, if it is not: what came with another status, an answer that the provider is
 * still working on (a generated one without a finish reason), and what the provider or the client marked as `no-store`.
 */
export const whyNotStored = (
  { operation, context }: Pick<Call, 'operation' | 'context'>,
  { reply, outcome }: Pick<CompleteFlight, 'reply' | 'outcome'>,
): NotStoredReason | undefined => {
  if (reply.status !== 200) return 'status';
  if (operation === 'generate' && outcome.finishReason === undefined) return 'incomplete';
  const marked = reply.headers['cache-control'];
  if (context.noStore === true || (marked !== undefined && noStore.test(marked))) return 'no-store';
  return undefined;
};
