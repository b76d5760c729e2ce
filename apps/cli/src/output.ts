/** The only place that prints. The answer goes to standard output, everything else to standard error. */
export interface Output {
  /** Part of the answer. */
  answer(text: string): void;
  /** A line about the answer, or about what happens. */
  note(line: string): void;
  /** A whole result: a table for people, or JSON for programs. */
  result(value: unknown, format: () => string): void;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Numbers beyond what JSON can carry become text. */
const jsonValue = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

export const createOutput = ({ json, quiet }: OutputOptions): Output => ({
  answer: (text) => void process.stdout.write(text),
  note: (line) => {
    if (!quiet) process.stderr.write(`${line}\n`);
  },
  result: (value, format) => void process.stdout.write(`${json ? JSON.stringify(value, jsonValue, 2) : format()}\n`),
});

/** Rows as aligned columns; the first row is the heading. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
