import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';

interface ServeOptions {
  readonly host?: string;
  readonly port?: number;
  readonly config?: string;
}

const MAX_PORT = 65_535;

const parsePort = (text: string): number => {
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
    .option('--port <number>', 'port to listen on', parsePort)
    .option('--config <file>', 'configuration file')
    .action(async (_own: ServeOptions, command: Command) => {
      const { host, port, config: file } = command.optsWithGlobals<ServeOptions>();
      const { serve } = await import('@claudette/server');
      const flags = { server: { ...(host !== undefined && { host }), ...(port !== undefined && { port }) } };
      await serve({ flags, ...(file !== undefined && { file }) }, (line) => process.stdout.write(`${line}\n`));
    });
}
