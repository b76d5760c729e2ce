/** What went over the wire to a client. */
export interface Tapped {
  readonly status: number;
  readonly contentType: string;
  /** What `x-claudette-loss` names, path by path; empty when it is absent. */
  readonly losses: readonly string[];
  readonly text: string;
}

/** A `fetch` that listens. */
export interface Wiretap {
  readonly fetch: typeof fetch;
  /** The last answer; it is read to its end, or to where it broke. */
  last(): Promise<Tapped>;
}

/** Each loss is `path: reason`, and reasons may hold semicolons too. */
const pathsOf = (header: string | null): string[] =>
  [...(header ?? '').matchAll(/(?:^|; )([\w.[\]-]+): /g)].map(([, path = '']) => path);

async function readAll(response: Response): Promise<string> {
  let text = '';
  try {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
  } catch {
    // The connection broke; what came of the answer is what there is.
  }
  return text;
}

/** Keeps a copy of what every answer brings. */
export function createWiretap(): Wiretap {
  let last: Promise<Tapped> = Promise.reject(new Error('nothing was asked'));
  last.catch(() => undefined);
  return {
    async fetch(input, init) {
      const response = await fetch(input, init);
      const copy = response.clone();
      const { status, headers } = response;
      last = readAll(copy).then((text) => ({
        status,
        contentType: headers.get('content-type') ?? '',
        losses: pathsOf(headers.get('x-claudette-loss')),
        text,
      }));
      return response;
    },
    last: () => last,
  };
}
