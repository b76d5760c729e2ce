/** Headers as they go out; a list is a header that comes several times. */
export type WireHeaders = Readonly<Record<string, string | string[]>>;

/** A content coding that a reply can be sent in. */
export type BodyEncoding = 'gzip' | 'br' | 'deflate' | 'zstd';

/** One thing the server does on the socket. A behaviour is a list of them: data, so that it can be read and tested. */
export type Step =
  | {
      readonly do: 'headers';
      readonly status: number;
      readonly headers: WireHeaders;
      /** Everything that is written after them is compressed on its way. */
      readonly encoding?: BodyEncoding;
    }
  | { readonly do: 'write'; readonly bytes: Uint8Array }
  | { readonly do: 'wait'; readonly ms: number }
  /** Ends the reply as HTTP wants it. */
  | { readonly do: 'end' }
  /** Resets the connection. */
  | { readonly do: 'reset' }
  /** Says nothing more and keeps the connection open. */
  | { readonly do: 'hold' };

export const write = (bytes: string | Uint8Array): Step => ({
  do: 'write',
  bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
});
