import type { Gateway } from '@claudette/gateway';
import type { Command } from 'commander';

import { withGateway } from '../open-gateway.js';
import type { OpenOptions } from '../open-gateway.js';
import { createOutput } from '../output.js';
import type { Output } from '../output.js';

/** What the prompt and every command that opens a gateway understand, before or behind the command's name. */
export interface SharedOptions extends OpenOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export const addSharedOptions = (command: Command): Command =>
  command
    .option('--json', 'print the result as JSON')
    .option('-q, --quiet', 'nothing on standard error but errors')
    .option('--debug', 'log everything on standard error')
    .option('--config <file>', 'configuration file');

/** Runs `use` with the gateway and the output that a command's options ask for. */
export function openFor(command: Command, use: (gateway: Gateway, output: Output) => Promise<void>): Promise<void> {
  const { json = false, quiet = false, ...open } = command.optsWithGlobals<SharedOptions>();
  return withGateway(open, (gateway) => use(gateway, createOutput({ json, quiet })));
}
