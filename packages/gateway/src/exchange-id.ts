import { randomUUID } from 'node:crypto';

/** A new exchange's name: unique, unguessable, and sorted by time in no way that matters. */
export const createExchangeId = (): string => `x-${randomUUID()}`;
