const LINE_WIDTH = 120;

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

const format = (value: unknown, indent: string, column: number): string => {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    // A comma may follow.
    if (value.every(isPlain) && column + line.length < LINE_WIDTH) return line;
    return `[\n${value.map((item) => inner + format(item, inner, inner.length)).join(',\n')}\n${indent}]`;
  }
  if (isPlain(value)) return JSON.stringify(value);
  const lines = Object.entries(value as object).map(([key, below]) => {
    const start = `${inner}${JSON.stringify(key)}: `;
    return start + format(below, inner, start.length);
  });
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
};

/** A JSON file in prettier's form: plain lists on one line where they fit. */
export const formatJson = (value: unknown): string => `${format(value, '', 0)}\n`;
