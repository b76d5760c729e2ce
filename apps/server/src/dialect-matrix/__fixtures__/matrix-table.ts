import type { Feature } from './cell.js';
import type { Pair } from './pair.js';

/** What became of the cells of one pair and feature. */
export interface Tally {
  readonly pair: Pair;
  readonly feature: string;
  /** Why there are none. */
  readonly absent?: string;
  /** The names of those that ran. */
  readonly ran: string[];
  failed: number;
}

const rowName = ({ client, backend }: Pair): string => `${client} -> ${backend}`;
const rule = (width: number): string => '-'.repeat(width);

/** Lays rows out under each other, the first one being the heading. */
function layOut(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join(' | ')
      .trimEnd();
  const [heading = [], ...body] = rows;
  return [line(heading), widths.map(rule).join('-|-'), ...body.map(line)].join('\n');
}

const formatRun = ({ absent, ran }: Tally): string => (absent === undefined ? `ok ${ran.length}` : '-');

/** How many cells ran, and how many of them failed. */
const formatOutcome = (tally: Tally): string =>
  tally.failed > 0 ? `FAIL ${tally.failed}/${tally.ran.length}` : formatRun(tally);

/** The matrix as text: rows client -> backend, columns features. */
export function formatMatrix(pairs: readonly Pair[], features: readonly Feature[], tallies: readonly Tally[]): string {
  const find = (pair: Pair, { name }: Feature): Tally | undefined =>
    tallies.find((tally) => tally.pair === pair && tally.feature === name);
  const row = (pair: Pair): string[] => [
    rowName(pair),
    ...features.map((feature) => {
      const tally = find(pair, feature);
      return tally === undefined ? '' : formatOutcome(tally);
    }),
  ];
  return layOut([['client -> backend', ...features.map(({ name }) => name)], ...pairs.map(row)]);
}

/** Every cell that ran, so that one that is gone or skipped is missed. */
export const listRun = (tallies: readonly Tally[]): string =>
  tallies
    .filter(({ ran }) => ran.length > 0)
    .map(({ pair, feature, ran }) => `${rowName(pair)}, ${feature}: ${ran.join(', ')}`)
    .join('\n');

/** Why there are no cells, each reason once. */
export const formatReasons = (tallies: readonly Tally[]): string =>
  [
    ...new Set(tallies.flatMap(({ feature, absent }) => (absent === undefined ? [] : [`- ${feature}: ${absent}`]))),
  ].join('\n');
