import { toGatewayError } from '@claudette/core';

import { expectExit } from './life-cycle/expect-exit.js';
import { serve } from './serve.js';

const CONFIGURATION_EXIT_CODE = 3;

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  await serve({}, (line) => process.stdout.write(`${line}\n`), tell);
  expectExit(tell);
} catch (thrown) {
  const error = toGatewayError(thrown);
  tell(`claudette: ${error.message}`);
  process.exit(error.code === 'configuration_invalid' ? CONFIGURATION_EXIT_CODE : 1);
}
