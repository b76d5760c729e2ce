type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Later layers win, object by object; arrays and plain values are replaced whole. */
export const mergeLayers = (layers: readonly unknown[]): unknown =>
  layers.reduce((below, above) => {
    if (!isTree(below) || !isTree(above)) return above === undefined ? below : above;
    const merged: Tree = { ...below };
    for (const [key, value] of Object.entries(above)) {
      if (key === '__proto__') continue;
      merged[key] = mergeLayers([merged[key], value]);
    }
    return merged;
  }, undefined);
