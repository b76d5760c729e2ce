import type { ConfigSource } from '@claudette/gateway';

import { runServer } from './run-server.js';

/** What a newcomer can paste. */
const curlLine = (url: string): string =>
  `curl ${url}/v1/chat/completions -H 'content-type: application/json' -d '{"model":"auto","messages":[{"role":"user","content":"Hello"}]}'`;

/** Serves until SIGTERM or SIGINT, then drains; a second signal ends the process at once. Resolves when all is closed. */
export async function serve(source: ConfigSource, print: (line: string) => void): Promise<void> {
  const server = await runServer(source);
  const backends = server.gateway.backends.map(({ name, config }) => `${name} (${config.models.join(', ')})`);
  print(`Claudette listens on ${server.url}`);
  print(`Backends: ${backends.join('; ')}`);
  print(`Try: ${curlLine(server.url)}`);

  await new Promise<void>((resolve) => {
    const stop = (): void => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.off(signal, stop);
        process.once(signal, () => process.exit(130));
      }
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
  print('Draining open exchanges …');
  await server.close();
}
