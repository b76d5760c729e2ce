import { roles } from '@claudette/ledger';
import type { NewKey, Rotation } from '@claudette/ledger';
import * as z from 'zod';

import { decodeBody } from '../decode-body.js';
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

/**
 * The body of POST /api/admin/keys: `name`, and if need be `role`, `user`, `team`, `models` and `expires`, e.g. `30d`.
 * @throws GatewayError `invalid_request` naming each field
 */
export const decodeNewKey = (body: Uint8Array): NewKey => decodeBody(body, newKeySchema);

/**
 * The body of POST /api/admin/keys/{id}/rotate: `grace` and `expires`. Without `grace` the secret before is of no use any
 * more.
 * @throws GatewayError `invalid_request` naming each field
 */
export const decodeRotation = (body: Uint8Array): Rotation => decodeBody(body, rotationSchema);
