import type { EntryFilter, ListOptions, ScopeKind } from '@claudette/cache';
import { GatewayError } from '@claudette/core';
import type { Operation } from '@claudette/core';

/** The parameters of a query string. One that was repeated is a list. */
export type QueryParameters = Readonly<Record<string, string | readonly string[] | undefined>>;

export const operations = ['generate', 'count', 'embed'] as const satisfies readonly Operation[];
const scopeKinds = ['key', 'user', 'team', 'shared'] as const satisfies readonly ScopeKind[];

/** The longest pattern over keys, in characters. */
export const MAX_PATTERN_CHARACTERS = 256;
const MAX_TEXT_CHARACTERS = 1_024;
const MAX_AGE_SECONDS = 3_153_600_000;
/** Of one page. */
export const MAX_ENTRIES = 1_000;

const filterNames = ['key', 'tag', 'operation', 'backend', 'model', 'scope', 'minAgeSeconds'] as const;
const pageNames = ['limit', 'cursor'] as const;

const invalid = (detail: string): GatewayError => new GatewayError('invalid_request', detail);

const oneOf = <Value extends string>(name: string, text: string, values: readonly Value[]): Value => {
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw invalid(`${name} must be one of ${values.join(', ')}, but is ${JSON.stringify(text.slice(0, 100))}`);
};

const wholeNumber = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw invalid(
    `${name} must be a whole number from ${least} to ${most}, but is ${JSON.stringify(text.slice(0, 100))}`,
  );
};

/** Reads one parameter; undefined where it is absent. */
const createReader = (query: QueryParameters, names: readonly string[]) => {
  for (const name of Object.keys(query)) {
    if (!names.includes(name)) {
      throw invalid(`there is no parameter ${JSON.stringify(name.slice(0, 100))}; there are ${names.join(', ')}`);
    }
  }
  return <Value>(
    name: string,
    parse: (text: string) => Value,
    maxCharacters = MAX_TEXT_CHARACTERS,
  ): Value | undefined => {
    const text = query[name];
    if (text === undefined) return undefined;
    if (typeof text !== 'string') throw invalid(`${name} must be given once`);
    if (text === '') throw invalid(`${name} must not be empty`);
    if (text.length > maxCharacters) throw invalid(`${name} must have at most ${maxCharacters} characters`);
    return parse(text);
  };
};

type Reader = ReturnType<typeof createReader>;

const asIs = (text: string): string => text;

const parseScope = (text: string): NonNullable<EntryFilter['scope']> => {
  const colon = text.indexOf(':');
  const kind = oneOf('scope', colon < 0 ? text : text.slice(0, colon), scopeKinds);
  return { kind, id: colon < 0 ? undefined : text.slice(colon + 1) };
};

const readFilter = (read: Reader): EntryFilter => {
  const minAgeSeconds = read('minAgeSeconds', (text) => wholeNumber('minAgeSeconds', text, 0, MAX_AGE_SECONDS));
  return {
    key: read('key', asIs, MAX_PATTERN_CHARACTERS),
    tag: read('tag', asIs),
    operation: read('operation', (text) => oneOf('operation', text, operations)),
    backend: read('backend', asIs),
    model: read('model', asIs),
    scope: read('scope', parseScope),
    minAgeMs: minAgeSeconds === undefined ? undefined : minAgeSeconds * 1_000,
  };
};

/**
 * Which entries a query string means: `key` (a pattern), `tag`, `operation`, `backend`, `model`, `scope` (`kind` or
 * `kind:id`), `minAgeSeconds`. Undefined where it says nothing.
 *
 * @throws GatewayError `invalid_request` naming the parameter and what it may be
 */
export function parseEntryFilter(query: QueryParameters): EntryFilter | undefined {
  const filter = readFilter(createReader(query, filterNames));
  return Object.values(filter).some((value) => value !== undefined) ? filter : undefined;
}

/**
 * The same for a page of them, with `limit` and `cursor`.
 *
 * @throws GatewayError `invalid_request` naming the parameter and what it may be
 */
export function parseListQuery(query: QueryParameters): ListOptions {
  const read = createReader(query, [...filterNames, ...pageNames]);
  return {
    filter: readFilter(read),
    limit: read('limit', (text) => wholeNumber('limit', text, 1, MAX_ENTRIES)),
    cursor: read('cursor', asIs, 4_096),
  };
}
