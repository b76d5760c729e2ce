import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';

import { createOutput } from '../output.js';

interface ServeOptions {
  readonly host?: string;
  readonly port?: number;
  readonly debug?: boolean;
  readonly config?: string;
}

const MAX_PORT = 65_535;

/** A port to listen on, as an option's value. */
export const parsePort = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MAX_PORT) return port;
  throw new InvalidArgumentError(`Must be a port from 0 to ${MAX_PORT}.`);
};

/** `claudette serve`: the HTTP server, until it is told to stop. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('serve the APIs over HTTP')
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'port to listen on, 0 for any free one', parsePort)
    .option('--debug', 'log everything on standard error')
    .option('--config <file>', 'configuration file')
    .action(async (_own: unknown, command: Command) => {
      const { host, port, debug = false, config: file } = command.optsWithGlobals<ServeOptions>();
      const { serve } = await import('@claudette/server');
      const flags = {
        server: { ...(host !== undefined && { host }), ...(port !== undefined && { port }) },
        ...(debug && { logging: { level: 'debug' } }),
      };
      const output = createOutput({ json: false, quiet: false });
      await serve({ flags, ...(file !== undefined && { file }) }, (line) => output.answer(`${line}\n`), output.note);
    });
}
