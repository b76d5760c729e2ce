import { GatewayError } from '@claudette/core';

import { formatProblems } from './config-problem.js';
import { inspectConfig } from './inspect-config.js';
import type { LoadedConfig } from './inspect-config.js';
import type { ConfigSource } from './read-config-files.js';

/**
 * The configuration in effect: defaults < file < file for `CLAUDETTE_ENV` < environment variables < flags. The file is
 * `--config`, else `CLAUDETTE_CONFIG`, else `./claudette.config.json`, else the user's; the first two must exist.
 * @throws GatewayError `configuration_invalid` with all problems, each with where it was said
 */
export function loadConfig(source: ConfigSource = {}): LoadedConfig {
  const { loaded, problems } = inspectConfig(source);
  if (loaded !== undefined) return loaded;
  throw new GatewayError('configuration_invalid', formatProblems(problems));
}
