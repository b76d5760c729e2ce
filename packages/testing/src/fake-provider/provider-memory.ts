import { createHmac } from 'node:crypto';

/**
 * What an opaque string stands beside: Anthropic's thinking and its redacted form, Gemini's `thoughtSignature`, the
 * `encrypted_content` of Responses.
 */
export type SealKind = 'thinking' | 'redacted' | 'thought' | 'encrypted';

/** An opaque string for the client to send back. `bound` is what it vouches for and must come back unchanged with it. */
export type Seal = (kind: SealKind, place: string, bound: string) => string;

/** What a provider knows from one request to the next. */
export interface ProviderMemory {
  readonly seal: Seal;
  /** Whether this provider handed out `sealed` beside the very same `bound`. */
  handedOut(kind: SealKind, sealed: string, bound: string): boolean;
  /** Keeps what a stored response of the Responses API was made of: its input and its output. */
  keepResponse(id: string, items: readonly unknown[]): void;
  /** The items of a stored response; undefined when there is none of this id. */
  recallResponse(id: string): readonly unknown[] | undefined;
  /** Whether any stored response has an item of this id. */
  knowsItem(id: string): boolean;
}

const idOf = (item: unknown): unknown => (item as { id?: unknown } | null)?.id;

/** A memory of its own for one provider. Providers with the same secret accept each other's opaque strings. */
export function createProviderMemory(secret: string): ProviderMemory {
  const responses = new Map<string, readonly unknown[]>();
  const itemIds = new Set<unknown>();
  const proofOf = (kind: SealKind, place: string, bound: string): string =>
    createHmac('sha256', secret)
      .update(JSON.stringify([kind, place, bound]))
      .digest('hex');

  return {
    seal: (kind, place, bound) => Buffer.from(`${place}.${proofOf(kind, place, bound)}`).toString('base64'),
    handedOut(kind, sealed, bound) {
      const [place = '', proof] = Buffer.from(sealed, 'base64').toString().split('.');
      return proof === proofOf(kind, place, bound);
    },
    keepResponse(id, items) {
      responses.set(id, items);
      items.forEach((item) => itemIds.add(idOf(item)));
    },
    recallResponse: (id) => responses.get(id),
    knowsItem: (id) => itemIds.has(id),
  };
}
