import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText } from '../json/parse-reply.js';

/** One part of an answer. */
export type ReadPart =
  | { readonly kind: 'text' | 'reasoning'; readonly text: string; readonly signature?: string }
  | { readonly kind: 'call'; readonly call: JsonObject; readonly signature?: string }
  | { readonly kind: 'foreign'; readonly key: string; readonly value: JsonObject };

/** What says something about a part without being its content. */
const attributes = ['thought', 'thoughtSignature', 'partMetadata'];

const readPart = (part: JsonObject): ReadPart | undefined => {
  const thoughtSignature = asText(part['thoughtSignature']);
  const signature = thoughtSignature === undefined ? {} : { signature: thoughtSignature };
  const call = asObject(part['functionCall']);
  if (call !== undefined) return { kind: 'call', call, ...signature };
  const { text } = part;
  if (typeof text !== 'string') {
    const key = Object.keys(part).find((one) => !attributes.includes(one));
    if (key !== undefined) return { kind: 'foreign', key, value: part };
  }
  const said = asText(text) ?? '';
  if (said === '' && thoughtSignature === undefined) return undefined;
  return { kind: part['thought'] === true ? 'reasoning' : 'text', text: said, ...signature };
};

/** The parts of a candidate that say something. */
export const readParts = (candidate: JsonObject): readonly ReadPart[] =>
  asObjects(asObject(candidate['content'])?.['parts'])
    .map(readPart)
    .filter((part) => part !== undefined);

/** Something a client may be shown, which decides about the commit. A signature alone is not. */
export const isContent = (part: ReadPart): boolean => ('text' in part ? part.text !== '' : true);

/** Why a prompt was not answered; undefined where there are candidates, or no such reason. */
export const readBlockReason = (reply: JsonObject): string | undefined =>
  asObjects(reply['candidates']).length > 0 ? undefined : asText(asObject(reply['promptFeedback'])?.['blockReason']);

const known = [
  'content',
  'finishReason',
  'finishMessage',
  'index',
  'tokenCount',
  'avgLogprobs',
  'groundingMetadata',
  'citationMetadata',
  'logprobsResult',
];

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0);

/** The fields of an object that say something and are not among the known ones. */
export const fieldsBeside = (
  object: JsonObject,
  knownKeys: readonly string[],
): readonly (readonly [key: string, value: unknown])[] =>
  Object.entries(object).filter(([key, value]) => !knownKeys.includes(key) && !isEmpty(value));

/** What only this dialect knows of a candidate, by field. */
export const readForeign = (candidate: JsonObject): ReturnType<typeof fieldsBeside> => fieldsBeside(candidate, known);
