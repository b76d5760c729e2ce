import type { WireError } from './wire.js';

/** A 400, and where OpenAI would say it is. */
export const invalid = (message: string, param?: string, code?: string): WireError => ({
  status: 400,
  message,
  ...(param !== undefined && { param }),
  ...(code !== undefined && { code }),
});

/** The first refusal that any of the items gets. */
export function firstRefusal<T>(
  items: readonly T[],
  refuse: (item: T, index: number) => WireError | undefined,
): WireError | undefined {
  for (const [index, item] of items.entries()) {
    const refusal = refuse(item, index);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
