import * as z from 'zod';

/** A time that somebody waits: 1 ms to a day. */
export const milliseconds = z.int().min(1).max(86_400_000);

/** A share of a whole. */
export const ratio = z.number().min(0).max(1);
