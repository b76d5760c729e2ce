import type { ForeignField } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject } from '../json/parse-reply.js';
import type { LossList } from '../loss-list.js';

const toolPlace = /^tools\[(?<index>\d+)\](?:\.(?<key>[^.[\]]+))?$/;
const fieldPlace = /^(?:(?<parent>metadata|output_config|thinking|tool_choice)\.)?(?<key>[^.[\]]+)$/;

/** These are objects of fields that are all optional, so that one alone can stand. */
const mayBeginEmpty = ['metadata', 'output_config'];

/** The body with one field back in its place; undefined when there is none. */
const putBack = (body: JsonObject, path: string, value: unknown): JsonObject | undefined => {
  const tool = toolPlace.exec(path)?.groups;
  if (tool !== undefined) {
    const { index, key } = tool;
    const tools: readonly unknown[] = Array.isArray(body['tools']) ? body['tools'] : [];
    const at = Number(index);
    if (key === undefined) return { ...body, tools: tools.toSpliced(at, 0, value) };
    return at < tools.length ? { ...body, tools: tools.with(at, { ...asObject(tools[at]), [key]: value }) } : undefined;
  }
  const { parent, key } = fieldPlace.exec(path)?.groups ?? {};
  if (key === undefined) return undefined;
  if (parent === undefined) return { ...body, [key]: value };
  const object = asObject(body[parent]) ?? (mayBeginEmpty.includes(parent) ? {} : undefined);
  return object && { ...body, [parent]: { ...object, [key]: value } };
};

/**
 * Our own dialect's fields back where they were, and the provider's own tools among the others: fields are listed in the
 * order of the body, so that a tool's place is right by then. What stood in the messages has lost its place.
 */
export const restoreForeign = (
  body: JsonObject,
  fields: readonly ForeignField[],
  lose: LossList['add'],
): JsonObject => {
  let restored = body;
  for (const { dialect, path, value } of fields) {
    if (dialect !== 'anthropic-messages') {
      lose(path, `only ${dialect} knows it`);
      continue;
    }
    const whole = putBack(restored, path, value);
    if (whole === undefined) lose(path, 'its place in the body is not known any more');
    restored = whole ?? restored;
  }
  return restored;
};
