import { formatMoney } from '@claudette/core';
import type { Loss, Money, Reply } from '@claudette/core';

import { formatLosses } from '../format-losses.js';

const MAX_LOSS_HEADER_BYTES = 2048;

/** Header values are ASCII without line breaks; anything else in a path or reason becomes `?`. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');

function lossHeader(losses: readonly Loss[]): string {
  const text = headerText(formatLosses(losses));
  return text.length <= MAX_LOSS_HEADER_BYTES ? text : `${text.slice(0, MAX_LOSS_HEADER_BYTES - 4)} ...`;
}

/** What every answer says about itself. Costs are known, and so told, on whole replies only. */
export function responseHeaders(
  id: string,
  reply: Reply,
  losses: readonly Loss[],
  contentType: string,
  cost?: Money,
): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': contentType,
    'x-claudette-id': id,
    'x-claudette-backend': headerText(reply.target.backend),
    'x-claudette-model': headerText(reply.target.model),
    'x-claudette-cache': reply.cache,
    'x-claudette-attempts': String(reply.attempts),
  };
  for (const name in reply.headers) headers[name] = reply.headers[name] ?? '';
  if (reply.ageMs !== undefined) headers['age'] = String(Math.floor(reply.ageMs / 1000));
  if (losses.length > 0) headers['x-claudette-loss'] = lossHeader(losses);
  if (cost !== undefined) headers['x-claudette-cost'] = formatMoney(cost);
  return headers;
}
