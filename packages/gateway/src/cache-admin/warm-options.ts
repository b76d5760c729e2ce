import * as z from 'zod';

import { decodeBody } from '../decode-body.js';

/** Which entries are brought into memory, and how many. */
export interface WarmOptions {
  /** Most bytes that they may take. @default what is free */
  readonly maxBytes?: number | undefined;
  /** Most entries. @default 1000 */
  readonly limit?: number | undefined;
  /** How far back the ledger is asked what saved most. @default 7 */
  readonly days?: number | undefined;
}

/** Of entries at a time. */
export const MAX_WARM_ENTRIES = 100_000;

const schema = z.strictObject({
  maxBytes: z.int().min(1).optional(),
  limit: z.int().min(1).max(MAX_WARM_ENTRIES).optional(),
  days: z.number().gt(0).max(36_500).optional(),
});

/**
 * The body of POST /api/admin/cache/warm; none means nothing special.
 *
 * @throws GatewayError `invalid_request` naming each field
 */
export const decodeWarmOptions = (body: Uint8Array): WarmOptions => decodeBody(body, schema);
