import type { AffinityKind, ChatRequest, ForeignField, Message } from '@claudette/core';

import { HASH_SEED, hashText, mixHashes } from './hash-text.js';
import type { PlannedCall } from './routing-options.js';

/** What calls of one conversation have in common. Two numbers that say where it belongs, of whom nobody can ask more. */
export interface AffinityKey {
  readonly kind: AffinityKind;
  /** Where the conversation belongs; other conversations with the same beginning belong there too. */
  readonly home: number;
  /** Of this conversation alone: where it goes when there are too many at home. */
  readonly own: number;
}

/** Providers cache prompts from 1,024 tokens on, which are about so many bytes. */
const MIN_PREFIX = 4096;

/** What the schema of a tool's arguments counts as; to measure it would cost more than the whole decision. */
const SCHEMA_SIZE = 256;

/** Of each message. */
const MAX_PARTS = 8;

/** Of the further ones only their number counts. */
const MAX_TOOLS = 16;

/**
 * The key of a call's conversation: its session; else what the provider holds of it; else the beginning of its prompt that
 * a provider may have cached. Always together with the principal, because the caches of providers know accounts, and
 * conversations of different people are different ones. Undefined where no provider keeps anything.
 */
export function affinityKeyOf({ original, operation, request, context }: PlannedCall): AffinityKey | undefined {
  if (operation !== 'generate') return undefined;
  const principal = hashText(HASH_SEED, context.principal.id);
  if (context.session !== undefined) return keyOf('session', hashText(principal, context.session));

  const { heldByProvider: held } = request;
  const reference = held && referenceOf(held);
  // An id of an earlier answer is another one in each turn; what stays the same says more about where it was made.
  const isLasting = held?.path !== 'previous_response_id';
  if (reference !== undefined && isLasting) return keyOf('previous-response', hashText(principal, reference));
  const prefix = prefixKeyOf(principal, request, original?.body.byteLength, held !== undefined);
  if (prefix !== undefined || reference === undefined) return prefix;
  return keyOf('previous-response', hashText(principal, reference));
}

const keyOf = (kind: AffinityKind, hash: number): AffinityKey => ({ kind, home: hash, own: hash });

/** The id of what the provider holds. A flag such as `background` has none. */
const referenceOf = ({ value }: ForeignField): string | undefined => {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined;
  return typeof value.id === 'string' ? value.id : undefined;
};

const prefixKeyOf = (
  principal: number,
  { messages, tools, promptCacheKey = '' }: ChatRequest,
  bodyBytes: number | undefined,
  isContinued: boolean,
): AffinityKey | undefined => {
  if (bodyBytes !== undefined && bodyBytes < MIN_PREFIX) return undefined;
  const prefix: Hashed = { hash: hashText(principal, promptCacheKey), size: 0 };
  let length = 0;
  for (const message of messages) {
    if (message.role !== 'system' && message.role !== 'developer') break;
    addTexts(prefix, message);
    length += 1;
  }
  addTools(prefix, tools);

  const isLong = prefix.size >= MIN_PREFIX;
  const first = messages[length];
  // Who continues what a provider holds does not repeat how it began.
  if (isContinued || first === undefined) return isLong ? keyOf('prefix', prefix.hash) : undefined;
  const own: Hashed = { hash: prefix.hash, size: prefix.size };
  addTexts(own, first);
  if (isLong) return { kind: 'prefix', home: prefix.hash, own: own.hash };
  return (bodyBytes ?? own.size) >= MIN_PREFIX ? keyOf('prefix', own.hash) : undefined;
};

/** Text that is taken in, and how much of it there was. */
interface Hashed {
  hash: number;
  size: number;
}

const addTexts = (into: Hashed, { parts }: Message): void => {
  for (const part of parts.slice(0, MAX_PARTS)) {
    if (part.type !== 'text') continue;
    into.hash = hashText(into.hash, part.text);
    into.size += part.text.length;
  }
};

const addTools = (into: Hashed, tools: ChatRequest['tools']): void => {
  for (const { name, description = '' } of tools.slice(0, MAX_TOOLS)) {
    into.hash = mixHashes(hashText(into.hash, name), description.length);
    into.size += name.length + description.length;
  }
  into.hash = mixHashes(into.hash, tools.length);
  into.size += tools.length * SCHEMA_SIZE;
};
