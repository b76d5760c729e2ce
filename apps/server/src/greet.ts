import type { Backend } from '@claudette/gateway';

/** Where requests go, and who answers them. */
export interface Greeting {
  readonly url: string;
  readonly backends: readonly { readonly name: string; readonly config: Pick<Backend['config'], 'models'> }[];
}

/** What a newcomer can paste. */
const curlLine = (url: string): string =>
  `curl ${url}/v1/chat/completions -H 'content-type: application/json' -d '{"model":"auto","messages":[{"role":"user","content":"Hello"}]}'`;

/** Says that requests are accepted, by whom they are answered, and what to try. */
export function greet(print: (line: string) => void, { url, backends }: Greeting): void {
  print(`Claudette listens on ${url}`);
  print(`Backends: ${backends.map(({ name, config }) => `${name} (${config.models.join(', ')})`).join('; ')}`);
  print(`Try: ${curlLine(url)}`);
}
