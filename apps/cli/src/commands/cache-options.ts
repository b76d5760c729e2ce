import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';

import { parseAddress } from '../running-gateway.js';
import type { EntryQuery } from '../stored-answers.js';

/** Which entries, as the command line says it. */
export interface FilterOptions {
  /** A pattern over keys. */
  readonly entry?: string;
  readonly tag?: string;
  readonly operation?: string;
  readonly backend?: string;
  readonly model?: string;
  readonly scope?: string;
  /** In seconds. */
  readonly olderThan?: number;
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const MAX_SECONDS = 3_153_600_000;

const parseAge = (text: string): number => {
  const [, count, unit = 's'] = /^(\d{1,10})([smhd]?)$/.exec(text) ?? [];
  const seconds = Number(count) * (secondsOf[unit === '' ? 's' : unit] ?? NaN);
  if (seconds <= MAX_SECONDS) return seconds;
  throw new InvalidArgumentError('Must be an age such as 90s, 30m, 2h or 7d.');
};

export const addUrlOption = (command: Command): Command =>
  command.option('--url <address>', 'of the gateway that runs there, with what it has in memory', parseAddress);

export const addFilterOptions = (command: Command): Command =>
  command
    .option('--entry <pattern>', 'entries whose key it describes: * is any run of characters, ? any one')
    .option('--tag <tag>', 'entries of calls with that label')
    .option('--operation <name>', 'generate, count or embed')
    .option('--backend <name>', 'entries that this backend answered')
    .option('--model <name>', 'entries that this model answered, as its backend names it')
    .option('--scope <kind[:id]>', 'entries of one key, user or team, of all of a kind, or shared')
    .option('--older-than <age>', 'entries stored so long ago, e.g. 90s, 30m, 2h or 7d', parseAge);

/** The same as the parameters of a query string. */
export const toQuery = ({ olderThan, ...named }: FilterOptions): EntryQuery => {
  const { entry: key, tag, operation, backend, model, scope } = named;
  const words = { key, tag, operation, backend, model, scope, minAgeSeconds: olderThan?.toString() };
  return Object.fromEntries(
    Object.entries(words).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );
};
