import { GatewayError } from '@claudette/core';
import type * as z from 'zod';

/**
 * The JSON body of a request to administration routes; none is an empty object.
 * @throws GatewayError `invalid_request` naming each field
 */
export function decodeBody<Value>(body: Uint8Array, schema: z.ZodType<Value>): Value {
  let tree: unknown;
  try {
    tree = JSON.parse(body.length === 0 ? '{}' : Buffer.from(body).toString('utf8'));
  } catch (cause) {
    throw new GatewayError('invalid_request', 'the body is not valid JSON', { cause });
  }
  const parsed = schema.safeParse(tree);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
  throw new GatewayError('invalid_request', problems.join('; '));
}
