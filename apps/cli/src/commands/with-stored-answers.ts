import { GatewayError } from '@claudette/core';
import type { Command } from 'commander';

import { createOutput } from '../output.js';
import type { Output } from '../output.js';
import { openOwnAnswers, openRunningAnswers, switchedOff } from '../stored-answers.js';
import type { StoredAnswers } from '../stored-answers.js';
import { openFor } from './shared-options.js';
import type { SharedOptions } from './shared-options.js';

type Use = (answers: StoredAnswers, output: Output) => Promise<void>;

/** Tells of a cache that is switched off instead of failing: there is nothing to be done about it. */
const unlessSwitchedOff = async (output: Output, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || !thrown.detail.includes(switchedOff)) throw thrown;
    output.result(null, () => switchedOff);
  }
};

/** Runs `use` with the store of this machine, or with what the gateway at `--url` has. */
export function withStoredAnswers(command: Command, use: Use): Promise<void> {
  const { url, json = false, quiet = false, config } = command.optsWithGlobals<SharedOptions & { url?: string }>();
  if (url === undefined) {
    return openFor(command, (gateway, output) =>
      unlessSwitchedOff(output, async () => use(await openOwnAnswers(gateway), output)),
    );
  }
  if (config !== undefined) throw new GatewayError('invalid_request', '--config has no effect with --url');
  const output = createOutput({ json, quiet });
  return unlessSwitchedOff(output, () => use(openRunningAnswers(url), output));
}
