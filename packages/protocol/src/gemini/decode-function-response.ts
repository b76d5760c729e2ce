import type { Message, ToolResultContent } from '@claudette/core';

import { compact, optional, readObject, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { splitCallId } from '../opaque-state.js';
import type { CallLedger } from './call-ledger.js';
import { decodeFileData, decodeInlineData } from './decode-media.js';
import { foreignPart } from './foreign-fields.js';
import type { ForeignFields } from './foreign-fields.js';
import { readFields, readList } from './read-fields.js';

type ToolMessage = Extract<Message, { role: 'tool' }>;

const toText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

interface Outcome {
  readonly text: string;
  readonly isError?: true;
}

/**
 * What a function answered. Google wants an object: `output` or `error` hold what was meant, or the whole of it is what
 * was meant. The ai SDK wraps as `name` and `content`.
 */
const readOutcome = (response: JsonObject, name: string): Outcome => {
  const keys = Object.keys(response);
  const [only] = keys;
  if (keys.length === 1 && only === 'output') return { text: toText(response['output']) };
  if (keys.length === 1 && only === 'error') return { text: toText(response['error']), isError: true };
  if (keys.length === 2 && response['name'] === name && 'content' in response) {
    return { text: toText(response['content']) };
  }
  return { text: keys.length === 0 ? '' : JSON.stringify(response) };
};

const decodeResultPart = (value: unknown, path: string, foreign: ForeignFields): ToolResultContent => {
  const part = readFields(value, path);
  if ('inlineData' in part) return decodeInlineData(part['inlineData'], value, path, foreign);
  if ('fileData' in part) return decodeFileData(part['fileData'], value, path, foreign);
  return foreignPart(path, value);
};

/** A `functionResponse` as a message of its own. */
export const decodeFunctionResponse = (
  value: unknown,
  path: string,
  calls: CallLedger,
  foreign: ForeignFields,
): ToolMessage => {
  const result = readFields(value, path);
  foreign.addOthers(result, ['id', 'name', 'response', 'parts'], `${path}.`);
  const name = readString(result['name'], `${path}.name`);
  const id = optional(readString)(result['id'], `${path}.id`);
  const response = optional(readObject)(result['response'], `${path}.response`) ?? {};
  const { text, isError } = readOutcome(response, name);
  const media = readList(result['parts'] ?? [], `${path}.parts`).map((part, index) =>
    decodeResultPart(part, `${path}.parts[${index}]`, foreign),
  );
  return compact({
    role: 'tool' as const,
    toolCallId: calls.idOf(id === undefined ? undefined : splitCallId(id).id, name),
    parts: text === '' ? media : [{ type: 'text' as const, text }, ...media],
    isError,
  });
};
