/** Fields of pino's own that the readable line shows in its own way or not at all. */
const own = new Set(['time', 'level', 'msg', 'err']);

/**
 * One line of pino's JSON as a line for people: `12:34:56 WARN  message  key=value key=value`, and an error's stack below it.
 * Text that is not pino's JSON is returned as it is.
 */
export function formatLogLine(json: string): string {
  let entry: Readonly<Record<string, unknown>>;
  try {
    entry = JSON.parse(json) as Readonly<Record<string, unknown>>;
  } catch {
    return json;
  }
  const time = String(entry['time']).slice('2026-01-01T'.length, '2026-01-01T00:00:00'.length);
  const level = String(entry['level']).toUpperCase().padEnd(5);
  const fields = Object.entries(entry)
    .filter(([key]) => !own.has(key))
    .map(([key, value]) => `${key}=${formatValue(value)}`);
  const line = [`${time} ${level} ${String(entry['msg'] ?? '')}`, ...fields].join(' ');
  return `${line}${formatError(entry['err'])}\n`;
}

const formatValue = (value: unknown): string => {
  const text = Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
};

const formatError = (err: unknown): string => {
  if (typeof err !== 'object' || err === null || !('stack' in err)) return '';
  return `\n  ${String(err.stack).replaceAll('\n', '\n  ')}`;
};
