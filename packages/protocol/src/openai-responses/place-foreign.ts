import type { ForeignField } from '@claudette/core';

import { asObject } from '../json/parse-reply.js';
import type { LossList } from '../loss-list.js';

type Step = string | number;

/** Where fields can go back to: at the top, and in what the encoders write in the order it had. */
const places = [
  /^[^.[]+$/,
  /^include\[\d+\]$/,
  /^(?:reasoning|text|text\.format)\.\w+$/,
  /^tool_choice\.tools\[\d+\]$/,
  /^tools\[\d+\](?:\.tools\[\d+\])?(?:\.\w+)?$/,
];

const toSteps = (path: string): readonly Step[] =>
  path.split(/[.[\]]+/).flatMap((step) => (step === '' ? [] : /^\d+$/.test(step) ? Number(step) : step));

const place = (holder: unknown, [step, ...rest]: readonly Step[], value: unknown): boolean => {
  if (typeof step === 'number' && Array.isArray(holder)) {
    if (rest.length > 0) return place(holder[step], rest, value);
    holder.splice(step, 0, value);
    return true;
  }
  const object = asObject(holder) as Record<string, unknown> | undefined;
  if (typeof step !== 'string' || object === undefined) return false;
  if (rest.length === 0) {
    object[step] = value;
    return true;
  }
  if (!Object.hasOwn(object, step)) object[step] = typeof rest[0] === 'number' ? [] : {};
  return place(object[step], rest, value);
};

/** What Chat says in the same words, though no other dialect does. */
const sharedWithChat = ['store', 'prompt_cache_options', 'prompt_cache_retention'];

const isOwn = ({ dialect, path }: ForeignField): boolean =>
  dialect === 'openai-responses' || (dialect === 'openai-chat' && sharedWithChat.includes(path));

/**
 * Puts what only this dialect knows back into `body`, in the order in which it was found; what other dialects know, and
 * what stood inside the input, is lost.
 */
export const placeForeignFields = (
  body: Record<string, unknown>,
  foreign: readonly ForeignField[],
  losses: LossList,
): void => {
  for (const field of foreign) {
    const { dialect, path, value } = field;
    if (!isOwn(field)) losses.add(path, `only ${dialect} knows it`);
    else if (!places.some((known) => known.test(path)) || !place(body, toSteps(path), value)) {
      losses.add(path, 'it is only carried in the original body');
    }
  }
};
