import { GatewayError } from '@claudette/core';
import { roles } from '@claudette/ledger';
import type { NewKey, Rotation } from '@claudette/ledger';
import * as z from 'zod';

import { lifetimeForm, parseLifetime } from './parse-lifetime.js';

const text = z.string().min(1).max(200);

const lifetime = z.string().transform((written, context) => {
  const lifetimeMs = parseLifetime(written);
  if (lifetimeMs !== undefined) return lifetimeMs;
  context.addIssue({ code: 'custom', message: `must be ${lifetimeForm}` });
  return z.NEVER;
});

const newKeySchema = z
  .strictObject({
    name: text,
    role: z.enum(roles).optional(),
    user: text.optional(),
    team: text.optional(),
    models: z.array(text).min(1).max(100).optional(),
    expires: lifetime.optional(),
  })
  .transform(({ expires, ...asked }): NewKey => ({ ...asked, expiresInMs: expires }));

const rotationSchema = z
  .strictObject({ grace: lifetime.optional(), expires: lifetime.optional() })
  .transform(({ grace, expires }): Rotation => ({ graceMs: grace, expiresInMs: expires }));

/** @throws GatewayError `invalid_request` naming each field */
function decode<Value>(body: Uint8Array, schema: z.ZodType<Value>): Value {
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

/**
 * The body of POST /api/admin/keys: `name`, and if need be `role`, `user`, `team`, `models` and `expires`, e.g. `30d`.
 * @throws GatewayError `invalid_request` naming each field
 */
export const decodeNewKey = (body: Uint8Array): NewKey => decode(body, newKeySchema);

/**
 * The body of POST /api/admin/keys/{id}/rotate: `grace` and `expires`. Without `grace` the secret before is of no use any
 * more.
 * @throws GatewayError `invalid_request` naming each field
 */
export const decodeRotation = (body: Uint8Array): Rotation => decode(body, rotationSchema);
