/** A JSON object. */
export type Tree = Record<string, unknown>;

/** Whether a value is a JSON object. */
export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(below: unknown, above: unknown): unknown {
  if (above === undefined) return below;
  if (!isTree(above)) return above;
  const merged: Tree = isTree(below) ? { ...below } : {};
  for (const [key, value] of Object.entries(above)) {
    // Assigning it would change the object's kind instead of its contents.
    if (key !== '__proto__') merged[key] = merge(merged[key], value);
  }
  return merged;
}

/** Later layers win, object by object; arrays and plain values are replaced whole. Undefined says nothing. */
export const mergeLayers = (layers: readonly unknown[]): unknown => layers.reduce(merge, undefined);
