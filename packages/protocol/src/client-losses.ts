import type { ForeignField, Loss } from '@claudette/core';

import type { Codec } from './codec.js';

type FieldNames = Codec['fieldNames'];

/** The path with its longest known beginning in the dialect's words. */
const renamePath = (path: string, names: FieldNames): string => {
  let end = path.length;
  while (end > 0) {
    const beginning = path.slice(0, end);
    const name = Object.hasOwn(names, beginning) ? names[beginning] : undefined;
    if (name !== undefined) return name + path.slice(end);
    end = Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf('[', end - 1));
  }
  return path;
};

/**
 * The losses of an encoded request as its client should read them: fields by the names they have in `codec`, the client's
 * dialect. What is listed for the positions `messages[…]` and `tools[…]` stays, and so does `losses` itself when it is empty.
 *
 * @param foreign the request's: those are named as the client wrote them already, whatever they are called
 */
export const toClientLosses = (
  losses: readonly Loss[],
  { fieldNames }: Pick<Codec, 'fieldNames'>,
  foreign: readonly ForeignField[],
): readonly Loss[] => {
  if (losses.length === 0) return losses;
  const written = new Set(foreign.map(({ path }) => path));
  return losses.map((loss) =>
    written.has(loss.path) ? loss : { path: renamePath(loss.path, fieldNames), reason: loss.reason },
  );
};
