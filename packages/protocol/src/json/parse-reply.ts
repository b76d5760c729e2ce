import { GatewayError } from '@claudette/core';

import type { JsonObject } from './fields.js';
import { quoteBeginning } from './quote-beginning.js';

const MAX_QUOTED_CHARACTERS = 80;

/** A fault in what a backend sent, with at most 80 characters of the place. */
export const invalidReply = (what: string, place: string, cause?: unknown): GatewayError =>
  new GatewayError('upstream_invalid_reply', `${what}: ${quoteBeginning(place, MAX_QUOTED_CHARACTERS)}`, { cause });

/** An object, or undefined for everything else. Backends are read leniently: what has the wrong type was not said. */
export const asObject = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

/** The items of an array that are objects; none for everything else. */
export const asObjects = (value: unknown): readonly JsonObject[] =>
  Array.isArray(value) ? value.map(asObject).filter((item) => item !== undefined) : [];

/** A string that says something. */
export const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/**
 * What a backend sent as a JSON object.
 * @throws GatewayError `upstream_invalid_reply` quoting it
 */
export const parseReply = (text: string): JsonObject => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalidReply('this is not JSON', text, cause);
  }
  const object = asObject(value);
  if (object === undefined) throw invalidReply('this is not a JSON object', text);
  return object;
};

/** The same where it need not be one. */
export const tryParseReply = (text: string): JsonObject | undefined => {
  try {
    return parseReply(text);
  } catch {
    return undefined;
  }
};
