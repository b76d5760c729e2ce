import type { ForeignField } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject } from '../json/parse-reply.js';
import type { LossList } from '../loss-list.js';

const withField = (object: JsonObject, path: string, value: unknown): JsonObject => {
  const dot = path.indexOf('.');
  if (dot < 0) return { ...object, [path]: value };
  const key = path.slice(0, dot);
  return { ...object, [key]: withField(asObject(object[key]) ?? {}, path.slice(dot + 1), value) };
};

/** A tool that Google runs, or one of those that share an object with the client's functions. */
const toolPath = /^tools\[\d+\](?:\.(\w+))?$/;

/** Puts the foreign fields of our own dialect back to where they stood; those inside a list have lost their place. */
export const placeForeign = (body: JsonObject, fields: readonly ForeignField[], losses: LossList): JsonObject => {
  let placed = body;
  const tools: unknown[] = [];
  for (const { dialect, path, value } of fields) {
    const tool = toolPath.exec(path);
    if (dialect !== 'gemini') losses.add(path, `only ${dialect} knows it`);
    else if (tool !== null) tools.push(tool[1] === undefined ? value : { [tool[1]]: value });
    else if (path.includes('[')) losses.add(path, 'its place in the body is not known any more');
    else placed = withField(placed, path, value);
  }
  const own = placed['tools'];
  return tools.length === 0
    ? placed
    : { ...placed, tools: [...(Array.isArray(own) ? (own as unknown[]) : []), ...tools] };
};
