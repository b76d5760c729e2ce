import type { Clock } from '@claudette/core';

import type { CachePolicy } from '../cache-policy.js';
import type { CompleteFlight } from '../flight/flight.js';
import { digestFor } from '../key/question.js';
import type { Question } from '../key/question.js';
import type { Savings } from './entry-label.js';
import type { Entry } from './entry.js';

/** The answer to a question as it is kept from now on: `ttlMs` to be served, `staleMs` more to stand in. */
export function toEntry(
  question: Question,
  { reply, outcome, bytes, durationMs, pace }: CompleteFlight,
  clock: Clock,
  { ttlMs, staleMs, costNano }: Required<Pick<CachePolicy, 'ttlMs' | 'staleMs'>> & Pick<Savings, 'costNano'>,
): Entry {
  const { call, scope } = question;
  const { target, dialect, framing, status, headers, losses } = reply;
  const { usage, finishReason } = outcome;
  const storedAtMs = clock.epochMs();
  const expiresAtMs = storedAtMs + ttlMs;
  return {
    digest: digestFor(question, target),
    target,
    dialect,
    framing,
    status,
    headers,
    bytes,
    ...(usage && { usage }),
    ...(finishReason && { finishReason }),
    losses,
    label: { scope: { kind: scope.kind, id: scope.id }, operation: call.operation, tags: call.context.tags },
    savings: { costNano, durationMs },
    ...(pace && { pace }),
    storedAtMs,
    expiresAtMs,
    keptUntilMs: expiresAtMs + staleMs,
  };
}
