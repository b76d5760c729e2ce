import { isSecret } from './secret.js';

const MASK = '***';
const MAX_DEPTH = 8;

/** Whole names, lower case, without `-` and `_`: a substring would blank fields like `maxTokens`. */
const credentialFields: ReadonlySet<string> = new Set([
  'apikey',
  'authorization',
  'cookie',
  'passphrase',
  'password',
  'proxyauthorization',
  'secret',
  'setcookie',
  'xapikey',
  'xgoogapikey',
]);

const isCredentialField = (name: string): boolean => credentialFields.has(name.toLowerCase().replaceAll(/[-_]/g, ''));

/** A copy of a value with its strings redacted; see `Redactor.redactObject`. */
export function redactObject(value: unknown, redact: (text: string) => string): unknown {
  const ancestors: object[] = [];

  const copyFields = (source: object): Record<string, unknown> => {
    const fields: [string, unknown][] = [];
    for (const [name, field] of Object.entries(source)) {
      fields.push([redact(name), isCredentialField(name) && typeof field === 'string' ? MASK : copy(field)]);
    }
    return Object.fromEntries(fields);
  };

  const copyError = (error: Error): Record<string, unknown> => ({
    name: error.name,
    message: redact(error.message),
    ...(error.stack !== undefined && { stack: redact(error.stack) }),
    ...(error.cause !== undefined && { cause: copy(error.cause) }),
    ...copyFields(error),
  });

  const copyObject = (source: object): unknown => {
    if (isSecret(source)) return MASK;
    if (source instanceof Date) return source;
    if (source instanceof URL) return redact(source.href);
    if (ArrayBuffer.isView(source)) return `[${source.byteLength} bytes]`;
    if (ancestors.includes(source)) return '[circular]';
    if (ancestors.length >= MAX_DEPTH) return '[too deep]';
    ancestors.push(source);
    try {
      if (Array.isArray(source)) return source.map(copy);
      if (source instanceof Map) return copyFields(Object.fromEntries(source));
      if (source instanceof Set) return [...source].map(copy);
      return source instanceof Error ? copyError(source) : copyFields(source);
    } finally {
      ancestors.pop();
    }
  };

  const copy = (item: unknown): unknown => {
    if (typeof item === 'string') return redact(item);
    return typeof item === 'object' && item !== null ? copyObject(item) : item;
  };

  return copy(value);
}
