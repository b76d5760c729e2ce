import type { DialectId } from '@claudette/core';
import { GatewayError } from '@claudette/core';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The field that holds the conversation. Chat and Messages share theirs, and are told apart by a header. */
const signs: readonly (readonly [field: string, dialect: DialectId])[] = [
  ['contents', 'gemini'],
  ['input', 'openai-responses'],
  ['messages', 'openai-chat'],
];

/**
 * The dialect of a request whose address does not say: Messages by its `anthropic-version` header, the others by the
 * field that holds the conversation.
 * @throws GatewayError `invalid_request`
 */
export function inferDialect(body: Uint8Array, headers: Headers): DialectId {
  if (headers['anthropic-version'] !== undefined) return 'anthropic-messages';
  let tree: unknown;
  try {
    tree = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (cause) {
    throw new GatewayError('invalid_request', 'the body is not valid JSON', { cause });
  }
  const fields = typeof tree === 'object' && tree !== null ? Object.keys(tree) : [];
  const dialect = signs.find(([field]) => fields.includes(field))?.[1];
  if (dialect !== undefined) return dialect;
  throw new GatewayError(
    'invalid_request',
    'the body has none of messages, input and contents; ?dialect= says what it is',
  );
}
