import { toGatewayError } from '@claudette/core';

import { serve } from './serve.js';

const CONFIGURATION_EXIT_CODE = 3;

try {
  await serve({}, (line) => process.stdout.write(`${line}\n`));
  process.exit(0);
} catch (thrown) {
  const error = toGatewayError(thrown);
  process.stderr.write(`claudette: ${error.message}\n`);
  process.exit(error.code === 'configuration_invalid' ? CONFIGURATION_EXIT_CODE : 1);
}
