import type { JsonObject } from '../json/fields.js';
import { asText, invalidReply } from '../json/parse-reply.js';

type Segment = string | number;

/** JSON text that is not whole yet. */
export interface PartialJson {
  /** Where the last value stands. */
  readonly path: readonly Segment[];
  /** Of each object or array on that path, the keys that it has so far. */
  readonly keys: readonly (readonly Segment[])[];
  /** The last value is a string that may go on. */
  readonly isInString: boolean;
}

export interface WrittenJson {
  readonly json: PartialJson | undefined;
  readonly text: string;
}

const segment = /\.([^.[\]]+)|\[(\d+)\]|\[('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\]/y;

const unquote = (quoted: string): string => quoted.slice(1, -1).replace(/\\(.)/g, '$1');

/** The steps of a JSON path (RFC 9535) to one value, e.g. `$.steps[2].name`. */
const parsePath = (path: string): readonly Segment[] => {
  const segments: Segment[] = [];
  segment.lastIndex = 1;
  while (segment.lastIndex < path.length) {
    const [, name, index, quoted = ''] = segment.exec(path) ?? [];
    if (segment.lastIndex === 0) throw invalidReply('an argument has a path that cannot be read', path);
    segments.push(name ?? (index === undefined ? unquote(quoted) : Number(index)));
  }
  if (typeof segments[0] !== 'string') throw invalidReply('the arguments are not an object', path);
  return segments;
};

/** Opens whatever stands between a place and a value deeper in it. */
const openers = (segments: readonly Segment[], path: string): string =>
  segments
    .map((one) => {
      if (typeof one === 'string') return `{${JSON.stringify(one)}:`;
      if (one !== 0) throw invalidReply('an argument leaves out items of an array', path);
      return '[';
    })
    .join('');

const closers = (segments: readonly Segment[]): string =>
  segments
    .map((one) => (typeof one === 'string' ? '}' : ']'))
    .toReversed()
    .join('');

const endString = (json: PartialJson): string => (json.isInString ? '"' : '');

/** Leaves the last value for one at another place, which must lie behind it: written text cannot be taken back. */
const moveTo = (json: PartialJson, target: readonly Segment[], path: string): WrittenJson => {
  const common = json.path.findIndex((one, index) => one !== target[index]);
  const before = json.path[common];
  const next = target[common];
  const keys = json.keys[common] ?? [];
  const isNew = typeof next === 'number' ? before === next - 1 : typeof before === 'string';
  if (next === undefined || !isNew || keys.includes(next)) {
    throw invalidReply('an argument does not follow the one before it', path);
  }
  const deeper = target.slice(common + 1);
  const key = typeof next === 'string' ? `${JSON.stringify(next)}:` : '';
  return {
    json: {
      path: target,
      keys: [...json.keys.slice(0, common), [...keys, next], ...deeper.map((one) => [one])],
      isInString: false,
    },
    text: `${endString(json)}${closers(json.path.slice(common + 1))},${key}${openers(deeper, path)}`,
  };
};

const begin = (target: readonly Segment[], path: string): WrittenJson => ({
  json: { path: target, keys: target.map((one) => [one]), isInString: false },
  text: openers(target, path),
});

const isSamePath = (one: readonly Segment[], other: readonly Segment[]): boolean =>
  one.length === other.length && one.every((step, index) => step === other[index]);

const readScalar = (argument: JsonObject): string | undefined => {
  const value = argument['numberValue'] ?? argument['boolValue'];
  if (value !== undefined) return JSON.stringify(value);
  return 'nullValue' in argument ? 'null' : undefined;
};

/**
 * What one of Vertex' `partialArgs` adds to the text. Values come in the order of the text, and strings in pieces.
 * @throws GatewayError `upstream_invalid_reply` for a value that does not fit behind the text so far
 */
export const writePartial = (json: PartialJson | undefined, argument: JsonObject): WrittenJson => {
  const path = asText(argument['jsonPath']) ?? '';
  const target = parsePath(path);
  const { stringValue } = argument;
  const said = typeof stringValue === 'string' ? JSON.stringify(stringValue).slice(1, -1) : undefined;
  const value = said ?? readScalar(argument);
  if (value === undefined) return { json, text: '' };

  const continues = said !== undefined && argument['willContinue'] === true;
  const stringEnd = said === undefined || continues ? '' : '"';
  if (json !== undefined && isSamePath(json.path, target)) {
    if (json.isInString && said !== undefined)
      return { json: { ...json, isInString: continues }, text: said + stringEnd };
    // The end of a string may be told once more.
    if (said === '') return { json, text: '' };
    throw invalidReply('an argument is given twice', path);
  }
  const moved = json === undefined ? begin(target, path) : moveTo(json, target, path);
  const stringStart = said === undefined ? '' : '"';
  return {
    json: moved.json && { ...moved.json, isInString: continues },
    text: `${moved.text}${stringStart}${value}${stringEnd}`,
  };
};

/** What makes the text whole. */
export const endPartial = (json: PartialJson | undefined): string =>
  json === undefined ? '{}' : endString(json) + closers(json.path);
