import { GatewayError } from '@claudette/core';
import type { ChatEvent, OpaqueState } from '@claudette/core';

import { optional, readArray, readObject, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';

import { citationFields, decodeCitation, toCitationState } from './citations.js';
import { foreignRest } from './foreign-rest.js';

interface TextBlock {
  readonly kind: 'text';
  readonly block: number;
  readonly proofs: readonly string[];
}

/** A block of the answer that has begun. `block` is its canonical number; a foreign block has none. */
export type OpenBlock =
  /** `proofs` are those of the citations so far. */
  | TextBlock
  | { readonly kind: 'reasoning'; readonly block: number; readonly signature: string; readonly redactedData?: string }
  /** `input` is what came with the start; it counts only when no deltas follow. */
  | { readonly kind: 'tool-call'; readonly block: number; readonly input: JsonObject; readonly hasDeltas: boolean }
  | { readonly kind: 'foreign' };

export interface BlockStep<B extends OpenBlock = OpenBlock> {
  readonly block: B;
  readonly events: readonly ChatEvent[];
}

const textDelta = (block: number, text: string): ChatEvent[] =>
  text === '' ? [] : [{ type: 'text-delta', block, text }];

const reasoningDelta = (block: number, text: string): ChatEvent[] =>
  text === '' ? [] : [{ type: 'reasoning-delta', block, text }];

const orEmpty = optional(readString);

/** A citation without a URL is one that only the provider's dialect knows. */
const cite = (block: TextBlock, value: unknown, path: string): BlockStep<TextBlock> => {
  const wire = readObject(value, path);
  const proven = decodeCitation(wire);
  if (proven === undefined) return { block, events: [{ type: 'foreign', path, value: wire }] };
  const { citation, proof } = proven;
  return {
    block: { ...block, proofs: [...block.proofs, proof] },
    events: [{ type: 'text-citation', block: block.block, citation }, ...foreignRest(wire, citationFields, `${path}.`)],
  };
};

const beginText = (value: JsonObject, path: string, block: number): BlockStep<TextBlock> => {
  const events: ChatEvent[] = [
    { type: 'text-start', block },
    ...textDelta(block, orEmpty(value['text'], `${path}.text`) ?? ''),
    ...foreignRest(value, ['type', 'text', 'citations'], `${path}.`),
  ];
  let begun: TextBlock = { kind: 'text', block, proofs: [] };
  readArray(value['citations'] ?? [], `${path}.citations`).forEach((one, index) => {
    const cited = cite(begun, one, `${path}.citations[${index}]`);
    begun = cited.block;
    events.push(...cited.events);
  });
  return { block: begun, events };
};

/** The block of a `content_block_start`, or one of a whole reply. */
export const beginBlock = (value: JsonObject, path: string, block: number): BlockStep => {
  switch (value['type']) {
    case 'text':
      return beginText(value, path, block);
    case 'thinking':
      return {
        block: { kind: 'reasoning', block, signature: orEmpty(value['signature'], `${path}.signature`) ?? '' },
        events: [
          { type: 'reasoning-start', block },
          ...reasoningDelta(block, orEmpty(value['thinking'], `${path}.thinking`) ?? ''),
          ...foreignRest(value, ['type', 'thinking', 'signature'], `${path}.`),
        ],
      };
    case 'redacted_thinking':
      return {
        block: { kind: 'reasoning', block, signature: '', redactedData: readString(value['data'], `${path}.data`) },
        events: [{ type: 'reasoning-start', block }, ...foreignRest(value, ['type', 'data'], `${path}.`)],
      };
    case 'tool_use': {
      const id = readString(value['id'], `${path}.id`);
      const name = readString(value['name'], `${path}.name`);
      const input = readObject(value['input'] ?? {}, `${path}.input`);
      return {
        block: { kind: 'tool-call', block, input, hasDeltas: false },
        events: [
          { type: 'tool-call-start', block, id, name },
          ...foreignRest(value, ['type', 'id', 'name', 'input'], `${path}.`),
        ],
      };
    }
    default:
      return { block: { kind: 'foreign' }, events: [{ type: 'foreign', path, value }] };
  }
};

/** Which block each delta belongs to. A delta in another block is a fault; one that is not listed is foreign. */
const deltaKinds: Readonly<Record<string, OpenBlock['kind']>> = {
  text_delta: 'text',
  citations_delta: 'text',
  thinking_delta: 'reasoning',
  signature_delta: 'reasoning',
  input_json_delta: 'tool-call',
};

/** A `content_block_delta`. What belongs to a foreign block was foreign when the block began, and is not told again. */
export const continueBlock = (block: OpenBlock, delta: JsonObject, path: string): BlockStep => {
  if (block.kind === 'foreign') return { block, events: [] };
  const type = readString(delta['type'], `${path}.delta.type`);
  const kind = Object.hasOwn(deltaKinds, type) ? deltaKinds[type] : undefined;
  if (kind === undefined) return { block, events: [{ type: 'foreign', path: `${path}.${type}`, value: delta }] };
  if (kind !== block.kind) {
    throw new GatewayError('upstream_invalid_reply', `${path} is a ${block.kind} block but goes on with a ${type}`);
  }
  if (block.kind === 'text') {
    if (type === 'citations_delta') return cite(block, delta['citation'], `${path}.${type}`);
    return { block, events: textDelta(block.block, readString(delta['text'], `${path}.delta.text`)) };
  }
  if (block.kind === 'tool-call') {
    const part = readString(delta['partial_json'], `${path}.delta.partial_json`);
    if (part === '') return { block, events: [] };
    return {
      block: block.hasDeltas ? block : { ...block, hasDeltas: true },
      events: [{ type: 'tool-call-delta', block: block.block, arguments: part }],
    };
  }
  if (type === 'thinking_delta') {
    return { block, events: reasoningDelta(block.block, readString(delta['thinking'], `${path}.delta.thinking`)) };
  }
  const signature = block.signature + readString(delta['signature'], `${path}.delta.signature`);
  return { block: { ...block, signature }, events: [] };
};

const endText = ({ block, proofs }: TextBlock): ChatEvent => {
  const state = toCitationState(proofs);
  return { type: 'text-end', block, ...(state !== undefined && { state }) };
};

/** What the provider has signed or encrypted, for it alone to read. */
const toState = (signature: string, redactedData: string | undefined): OpaqueState | undefined => {
  if (redactedData !== undefined) return { dialect: 'anthropic-messages', kind: 'encrypted', data: redactedData };
  return signature === '' ? undefined : { dialect: 'anthropic-messages', kind: 'signature', data: signature };
};

export const endBlock = (open: OpenBlock): readonly ChatEvent[] => {
  switch (open.kind) {
    case 'text':
      return [endText(open)];
    case 'reasoning': {
      const state = toState(open.signature, open.redactedData);
      return [{ type: 'reasoning-end', block: open.block, ...(state !== undefined && { state }) }];
    }
    case 'tool-call': {
      const whole = { type: 'tool-call-delta', block: open.block, arguments: JSON.stringify(open.input) } as const;
      return [...(open.hasDeltas ? [] : [whole]), { type: 'tool-call-end', block: open.block }];
    }
    case 'foreign':
      return [];
  }
};
