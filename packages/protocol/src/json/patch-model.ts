import { asBuffer } from '../as-buffer.js';

import { patchSpans, topLevelSpans } from './top-level-spans.js';
import type { Edit } from './top-level-spans.js';

/** The edits that make `model` the value of every top-level `"model"`; none for values that say so already. */
export const modelEdits = (body: Uint8Array, model: string): Edit[] => {
  const text = JSON.stringify(model);
  return topLevelSpans(body, ['model']).flatMap(({ value }) => {
    const present = asBuffer(body).toString('utf8', value.start, value.end);
    return present === text || JSON.parse(present) === model ? [] : [{ text, ...value }];
  });
};

/**
 * The client's body with another model; every other byte stays as it was. Returns `body` itself when it names that model
 * already.
 *
 * @param body a valid JSON object, as `parseBody` accepts it
 */
export const patchModel = (body: Uint8Array, model: string): Uint8Array => patchSpans(body, modelEdits(body, model));
