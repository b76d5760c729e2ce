import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText } from '../json/parse-reply.js';
import { callTool, endCalls } from './decode-calls.js';
import { endSpoken, reportForeign, run } from './decode-state.js';
import type { DecodeState, DecodeStep, Transition } from './decode-state.js';
import { citePlaces, citeSources, speak, weighTokens } from './decode-words.js';
import { decodeFinishReason, isFaultReason } from './finish-reason.js';
import { readProviderError } from './in-band-error.js';
import { readCalls, readForeign, readRefusal, readSpoken } from './read-message.js';
import { readPlainText } from './plain-text.js';
import { readUsage } from './usage.js';

const start =
  (chunk: JsonObject): Transition =>
  (state) => {
    if (state.phase !== 'waiting') return { state, events: [] };
    const id = asText(chunk['id']) ?? '';
    const model = asText(chunk['model']) ?? '';
    return { state: { ...state, phase: 'open', replyId: id }, events: [{ type: 'start', id, model }] };
  };

const fail =
  (message: string, providerType?: string): Transition =>
  (state) => ({
    state: { ...state, phase: 'failed' },
    events: [{ type: 'error', message, ...(providerType !== undefined && { providerType }) }],
  });

const finish =
  (wire: string): Transition =>
  (state) => {
    if (isFaultReason(wire)) return fail(`the answer finished with ${wire}`, wire)(state);
    const reason = decodeFinishReason(wire, state.content);
    const over: Transition = (open) => ({ state: { ...open, phase: 'over' }, events: [{ type: 'finish', reason }] });
    return run(state, [endSpoken, endCalls('all'), over]);
  };

const choose =
  (choice: JsonObject, chunk: JsonObject): Transition =>
  (state) => {
    const index = choice['index'] ?? 0;
    if (index !== 0) return reportForeign(`choices[${String(index)}]`, choice)(state);
    if (state.phase === 'over') return { state, events: [] };
    const delta = asObject(choice['delta']) ?? {};
    const reason = asText(choice['finish_reason']);
    return run(state, [
      ...readSpoken(delta).map(speak),
      ...citePlaces(delta),
      ...citeSources(chunk, reason !== undefined),
      ...weighTokens(choice),
      ...readRefusal(delta).map(speak),
      ...readCalls(delta).map(callTool),
      ...readForeign(delta).map(([key, value]) => reportForeign(`choices[0].message.${key}`, value)),
      ...(reason === undefined ? [] : [finish(reason)]),
    ]);
  };

const count =
  (chunk: JsonObject): Transition =>
  (state) => {
    const usage = readUsage(chunk);
    return { state, events: usage === undefined ? [] : [{ type: 'usage', usage }] };
  };

/**
 * What one chunk means. Pure. Never makes up a `finish`: it comes when the provider gives a reason.
 * @throws GatewayError `upstream_invalid_reply` for tool calls that cannot be
 */
export const stepDecode = (state: DecodeState, chunk: JsonObject): DecodeStep => {
  if (state.phase === 'failed') return { state, events: [] };
  const text = state.phase === 'open' && state.spoken?.kind === 'text' ? readPlainText(chunk) : undefined;
  if (text !== undefined) return speak({ kind: 'text', text })(state);
  const error = readProviderError(chunk);
  if (error !== undefined) return fail(error.message, error.type)(state);
  const choices = asObjects(chunk['choices']);
  return run(state, [
    ...(choices.length > 0 ? [start(chunk)] : []),
    ...choices.map((choice) => choose(choice, chunk)),
    ...(choices.length > 0 ? [] : citeSources(chunk, true)),
    count(chunk),
  ]);
};
