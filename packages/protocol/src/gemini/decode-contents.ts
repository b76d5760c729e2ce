import type { AssistantPart, ForeignPart, Message, ReasoningPart, TextPart, UserPart } from '@claudette/core';

import { compact, optional, readObject, readString, refuseField } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { splitCallId } from '../opaque-state.js';
import { createCallLedger } from './call-ledger.js';
import type { CallLedger } from './call-ledger.js';
import { decodeFunctionResponse } from './decode-function-response.js';
import { decodeFileData, decodeInlineData } from './decode-media.js';
import { foreignPart } from './foreign-fields.js';
import type { ForeignFields } from './foreign-fields.js';
import { readFields, readList } from './read-fields.js';
import { readSignature } from './thought-signature.js';

type ToolMessage = Extract<Message, { role: 'tool' }>;

/** A part holds one of these; what else there is only Gemini knows. */
const dataKinds = ['functionCall', 'functionResponse', 'inlineData', 'fileData', 'text'] as const;

const kindOf = (part: JsonObject): (typeof dataKinds)[number] | undefined =>
  dataKinds.find((kind) => part[kind] !== undefined && part[kind] !== null);

const readState = (part: JsonObject, path: string): TextPart['state'] => {
  const signature = optional(readString)(part['thoughtSignature'], `${path}.thoughtSignature`) ?? '';
  return signature === '' ? undefined : readSignature(signature);
};

const textFields = ['text', 'thought', 'thoughtSignature'];

const decodeText = (part: JsonObject, path: string, foreign: ForeignFields): TextPart => {
  foreign.addOthers(part, textFields, `${path}.`);
  const text = readString(part['text'], `${path}.text`);
  return compact({ type: 'text' as const, text, state: readState(part, path) });
};

const decodeThought = (part: JsonObject, path: string, foreign: ForeignFields): ReasoningPart => ({
  ...decodeText(part, path, foreign),
  type: 'reasoning',
});

const decodeFunctionCall = (
  part: JsonObject,
  path: string,
  ownId: string,
  calls: CallLedger,
  foreign: ForeignFields,
): AssistantPart => {
  const call = readFields(part['functionCall'], `${path}.functionCall`);
  foreign.addOthers(part, ['functionCall', 'thoughtSignature'], `${path}.`);
  foreign.addOthers(call, ['id', 'name', 'args'], `${path}.functionCall.`);
  const name = readString(call['name'], `${path}.functionCall.name`);
  const given = optional(readString)(call['id'], `${path}.functionCall.id`) ?? '';
  const { id, state } = splitCallId(given === '' ? ownId : given);
  calls.add(id, name);
  return compact({
    type: 'tool-call' as const,
    id,
    name,
    arguments: JSON.stringify(optional(readObject)(call['args'], `${path}.functionCall.args`) ?? {}),
    state: readState(part, path) ?? state,
  });
};

const decodeMedia = (
  part: JsonObject,
  kind: 'inlineData' | 'fileData',
  value: unknown,
  path: string,
  foreign: ForeignFields,
): UserPart => {
  foreign.addOthers(part, [kind], `${path}.`);
  return (kind === 'inlineData' ? decodeInlineData : decodeFileData)(part[kind], value, path, foreign);
};

const decodeUserPart = (
  value: unknown,
  path: string,
  calls: CallLedger,
  foreign: ForeignFields,
): UserPart | ToolMessage => {
  const part = readFields(value, path);
  const kind = kindOf(part);
  switch (kind) {
    case 'text':
      return decodeText(part, path, foreign);
    case 'functionResponse':
      foreign.addOthers(part, [kind], `${path}.`);
      return decodeFunctionResponse(part[kind], `${path}.${kind}`, calls, foreign);
    case 'inlineData':
    case 'fileData':
      return decodeMedia(part, kind, value, path, foreign);
    default:
      return foreignPart(path, value);
  }
};

/** Results become messages of their own, in order with what stands around them. */
const decodeUserParts = (
  parts: readonly unknown[],
  path: string,
  calls: CallLedger,
  foreign: ForeignFields,
): Message[] => {
  const messages: Message[] = [];
  let said: UserPart[] = [];
  const flush = (): void => {
    if (said.length > 0) messages.push({ role: 'user', parts: said });
    said = [];
  };
  for (const [index, value] of parts.entries()) {
    const part = decodeUserPart(value, `${path}[${index}]`, calls, foreign);
    if ('type' in part) said.push(part);
    else {
      flush();
      messages.push(part);
    }
  }
  flush();
  return messages.length === 0 ? [{ role: 'user', parts: [] }] : messages;
};

const roles: ReadonlyMap<string, 'user' | 'assistant'> = new Map([
  ['', 'user'],
  ['user', 'user'],
  // Where older clients put results.
  ['function', 'user'],
  ['tool', 'user'],
  ['model', 'assistant'],
]);

const decodeContent = (value: unknown, at: number, calls: CallLedger, foreign: ForeignFields): Message[] => {
  const path = `contents[${at}]`;
  const content = readFields(value, path);
  foreign.addOthers(content, ['role', 'parts'], `${path}.`);
  const given = optional(readString)(content['role'], `${path}.role`) ?? '';
  const role = roles.get(given) ?? refuseField(`${path}.role`, 'one of user, model, function', given);
  const parts = readList(content['parts'] ?? [], `${path}.parts`);
  if (role === 'user') return decodeUserParts(parts, `${path}.parts`, calls, foreign);
  return [
    {
      role,
      parts: parts.map((one, index): AssistantPart => {
        const partPath = `${path}.parts[${index}]`;
        const part = readFields(one, partPath);
        const kind = kindOf(part);
        if (kind === 'functionCall') return decodeFunctionCall(part, partPath, `call_${at}_${index}`, calls, foreign);
        if (kind !== 'text') return foreignPart(partPath, one);
        return (part['thought'] === true ? decodeThought : decodeText)(part, partPath, foreign);
      }),
    },
  ];
};

/** The part that two of a stream make; undefined where they do not continue each other: a signature ends what it signs. */
const join = (one: AssistantPart | undefined, next: AssistantPart): AssistantPart | undefined => {
  if (one?.type === 'text' && next.type === 'text' && one.state === undefined) {
    return { ...next, text: one.text + next.text };
  }
  if (one?.type === 'reasoning' && next.type === 'reasoning' && one.state === undefined) {
    return { ...next, text: one.text + next.text };
  }
  return undefined;
};

/** What was streamed in pieces is one part again, with the signature that came behind it. */
const joinParts = (parts: readonly AssistantPart[]): AssistantPart[] => {
  const joined: AssistantPart[] = [];
  for (const part of parts) {
    const both = join(joined.at(-1), part);
    if (both === undefined) joined.push(part);
    else joined.splice(-1, 1, both);
  }
  return joined;
};

/** Chats of @google/genai keep a streamed answer as one content for each chunk: one turn of the model is one message. */
const mergeTurns = (messages: readonly Message[]): Message[] => {
  const merged: Message[] = [];
  for (const message of messages) {
    const before = merged.at(-1);
    if (message.role !== 'assistant') merged.push(message);
    else if (before?.role !== 'assistant') merged.push({ ...message, parts: joinParts(message.parts) });
    else merged.splice(-1, 1, { ...message, parts: joinParts([...before.parts, ...message.parts]) });
  }
  return merged;
};

/**
 * The conversation, in order. A call without an id gets one from its place, which stays the same when the conversation
 * grows.
 */
export const decodeContents = (value: unknown, foreign: ForeignFields): Message[] => {
  const calls = createCallLedger();
  return mergeTurns(
    readList(value, 'contents').flatMap((content, index) => decodeContent(content, index, calls, foreign)),
  );
};

/** The system instruction as a message at the beginning; a content, or plain text. */
export const decodeSystemInstruction = (value: unknown, foreign: ForeignFields): Message[] => {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [{ role: 'system', parts: [{ type: 'text', text: value }] }];
  const path = 'systemInstruction';
  const content = readFields(value, path);
  foreign.addOthers(content, ['role', 'parts'], `${path}.`);
  const parts = readList(content['parts'] ?? [], `${path}.parts`).map((one, index): TextPart | ForeignPart => {
    const partPath = `${path}.parts[${index}]`;
    const part = readFields(one, partPath);
    return kindOf(part) === 'text' ? decodeText(part, partPath, foreign) : foreignPart(partPath, one);
  });
  return parts.length === 0 ? [] : [{ role: 'system', parts }];
};
