/** What a server sends back. */
export type ClientAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
} & (
  | { readonly kind: 'whole'; readonly body: Uint8Array }
  /** Frames to be flushed as they come. Never reject: a fault after the commit is the dialect's error event. */
  | { readonly kind: 'stream'; readonly frames: AsyncIterator<Uint8Array, undefined> }
);
