import type { Entry } from '../entry/entry.js';
import { target } from './calls.js';
import { usage } from './upstream.js';

/** When the fake clock starts. */
export const startMs = 1_700_000_000_000;

/** Kept as long as it is fresh, unless the test says otherwise. */
export const anEntry = (fields: Partial<Entry> = {}): Entry => ({
  digest: 'd1',
  target,
  dialect: target.dialect,
  framing: 'sse',
  status: 200,
  headers: { 'x-request-id': 'r1' },
  bytes: new TextEncoder().encode('data: hello\n\n'),
  usage,
  finishReason: 'stop',
  losses: [],
  label: { scope: { kind: 'key', id: 'k1' }, operation: 'generate', tags: [] },
  savings: { costNano: 1_000_000, durationMs: 1_000 },
  storedAtMs: startMs,
  expiresAtMs: startMs + 60_000,
  keptUntilMs: fields.expiresAtMs ?? startMs + 60_000,
  ...fields,
});
