import type { ChatEvent, Usage } from '@claudette/core';
import { noUsage } from '@claudette/core';
import fc from 'fast-check';

import { cited, id, inputText, ownState, text } from './arbitrary-values.js';

type Unnumbered = (block: number) => ChatEvent[];
const textBlock: fc.Arbitrary<Unnumbered> = fc
  .array(text, { maxLength: 3 })
  .map((deltas) => (block) => [
    { type: 'text-start', block },
    ...deltas.map((delta): ChatEvent => ({ type: 'text-delta', block, text: delta })),
    { type: 'text-end', block },
  ]);
const citedBlock: fc.Arbitrary<Unnumbered> = fc
  .tuple(text, cited)
  .map(([words, { citations, state }]) => (block) => [
    { type: 'text-start', block },
    { type: 'text-delta', block, text: words },
    ...citations.map((one): ChatEvent => ({ type: 'text-citation', block, citation: one })),
    { type: 'text-end', block, state },
  ]);
const reasoningBlock: fc.Arbitrary<Unnumbered> = fc
  .tuple(fc.array(text, { maxLength: 3 }), ownState('signature'))
  .map(([deltas, state]) => (block) => [
    { type: 'reasoning-start', block },
    ...deltas.map((delta): ChatEvent => ({ type: 'reasoning-delta', block, text: delta })),
    { type: 'reasoning-end', block, state },
  ]);
const redactedBlock: fc.Arbitrary<Unnumbered> = ownState('encrypted').map((state) => (block) => [
  { type: 'reasoning-start', block },
  { type: 'reasoning-end', block, state },
]);
/** A tool call; its block is numbered later. */
export const callBlock: fc.Arbitrary<Unnumbered> = fc
  .record({ id, name: text, input: inputText, cut: fc.nat() })
  .map(({ id: callId, name, input, cut }) => (block) => {
    const at = 1 + (cut % (input.length - 1));
    return [
      { type: 'tool-call-start', block, id: callId, name },
      { type: 'tool-call-delta', block, arguments: input.slice(0, at) },
      { type: 'tool-call-delta', block, arguments: input.slice(at) },
      { type: 'tool-call-end', block },
    ];
  });
const blocks = fc.array(fc.oneof(textBlock, citedBlock, reasoningBlock, redactedBlock, callBlock), { maxLength: 4 });

const usage: fc.Arbitrary<Usage> = fc.record({
  inputTokens: fc.nat(),
  cachedInputTokens: fc.nat(),
  cacheWriteTokens: fc.nat(),
  cacheWrite1hTokens: fc.nat(),
  outputTokens: fc.nat(),
  reasoningTokens: fc.nat(),
  source: fc.constant('measured' as const),
});
const finish: fc.Arbitrary<ChatEvent> = fc.oneof(
  fc.constantFrom<ChatEvent>(
    { type: 'finish', reason: 'stop' },
    { type: 'finish', reason: 'length' },
    { type: 'finish', reason: 'tool-calls' },
    { type: 'finish', reason: 'refusal' },
    { type: 'finish', reason: 'pause' },
    { type: 'finish', reason: 'context-length' },
  ),
  text.map((stopSequence): ChatEvent => ({ type: 'finish', reason: 'stop', stopSequence })),
);
/** The events of a whole reply. */
export const events = fc
  .tuple(blocks, usage, finish)
  .map(([parts, total, end]): ChatEvent[] => [
    { type: 'start', id: 'msg_1', model: 'claude', usage: noUsage },
    ...parts.flatMap((part, block) => part(block)),
    { type: 'usage', usage: total },
    end,
  ]);
