interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
}

/** A Markdown table in prettier's form: every column as wide as its widest cell. */
export const markdownTable = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string => {
  const measured = columns.map(({ title, cell }) => {
    const escaped = (row: Row): string => cell(row).replaceAll('|', '\\|');
    const width = Math.max(3, title.length, ...rows.map((row) => escaped(row).length));
    return { title, cell: escaped, width };
  });
  const line = (textOf: (column: (typeof measured)[number]) => string): string =>
    `| ${measured.map((column) => textOf(column).padEnd(column.width)).join(' | ')} |`;
  return [
    line(({ title }) => title),
    line(({ width }) => '-'.repeat(width)),
    ...rows.map((row) => line(({ cell }) => cell(row))),
  ].join('\n');
};
