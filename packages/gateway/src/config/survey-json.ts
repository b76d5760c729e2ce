/** What `JSON.parse` does not say about a text. */
export interface JsonSurvey {
  /** The first place where it is no JSON, for people. Tells no part of the text. */
  readonly fault?: string;
  /** The paths of keys that stand there twice, of which only the last one counts. */
  readonly duplicates: readonly string[];
}

type Expected =
  'a value' | 'a value or ]' | 'a key' | 'a key or }' | 'a colon' | 'a comma or }' | 'a comma or ]' | 'the end';

interface Level {
  readonly kind: '{' | '[';
  readonly path: string;
  /** The keys so far. */
  readonly keys: Set<string>;
  /** Where the value is that comes next. */
  below: string;
}

const token =
  /[ \t\r\n]*(?:("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/y;

const takesValue = (expected: Expected): boolean => expected === 'a value' || expected === 'a value or ]';
const takesKey = (expected: Expected): boolean => expected === 'a key' || expected === 'a key or }';
const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function describePlace(text: string, at: number, expected: Expected): string {
  const before = text.slice(0, at).split('\n');
  const hint = expected === 'a key' || expected === 'a key or }' ? `${expected} in double quotes` : expected;
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: expected ${hint}`;
}

/** Walks through a text that should be JSON, token by token. */
export function surveyJson(text: string): JsonSurvey {
  const levels: Level[] = [];
  const duplicates: string[] = [];
  let expected: Expected = 'a value';
  let at = 0;

  const afterValue = (): Expected => {
    const kind = levels.at(-1)?.kind;
    return kind === undefined ? 'the end' : kind === '{' ? 'a comma or }' : 'a comma or ]';
  };
  const open = (kind: '{' | '['): Expected => {
    const path = levels.at(-1)?.below ?? '';
    levels.push({ kind, path, keys: new Set(), below: path });
    return kind === '{' ? 'a key or }' : 'a value or ]';
  };
  const readKey = (level: Level, key: string): Expected => {
    level.below = join(level.path, key);
    if (level.keys.has(key)) duplicates.push(level.below);
    level.keys.add(key);
    return 'a colon';
  };
  /** What may follow a mark, or undefined where it may not stand. */
  const afterMark = (mark: string): Expected | undefined => {
    if ((mark === '{' || mark === '[') && takesValue(expected)) return open(mark);
    if ((mark === '}' || mark === ']') && expected.endsWith(mark)) {
      levels.pop();
      return afterValue();
    }
    if (mark === ':' && expected === 'a colon') return 'a value';
    if (mark === ',' && expected === 'a comma or }') return 'a key';
    if (mark === ',' && expected === 'a comma or ]') return 'a value';
    return undefined;
  };
  const after = ([, string, plain, mark]: RegExpExecArray): Expected | undefined => {
    const level = levels.at(-1);
    if (string !== undefined && takesKey(expected) && level) return readKey(level, JSON.parse(string) as string);
    if ((string ?? plain) !== undefined && takesValue(expected)) return afterValue();
    return mark === undefined ? undefined : afterMark(mark);
  };

  const end = text.trimEnd().length;
  while (at < end || expected !== 'the end') {
    token.lastIndex = at;
    const found = token.exec(text);
    const next = found === null ? undefined : after(found);
    if (next === undefined) {
      const blanks = /[ \t\r\n]*/y;
      blanks.lastIndex = at;
      return { fault: describePlace(text, at + (blanks.exec(text)?.[0].length ?? 0), expected), duplicates };
    }
    expected = next;
    at = token.lastIndex;
  }
  return { duplicates };
}
