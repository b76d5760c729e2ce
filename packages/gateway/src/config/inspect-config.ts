import { toGatewayError } from '@claudette/core';

import { checkTree } from './check-config.js';
import type { TreeProblem } from './check-config.js';
import type { FindOrigin } from './config-layer.js';
import { createFindOrigin, DEFAULT_ORIGIN } from './config-layer.js';
import type { ConfigProblem } from './config-problem.js';
import { mergeLayers } from './merge-layers.js';
import { readConfigFiles } from './read-config-files.js';
import type { ConfigSource } from './read-config-files.js';
import { readCustomBackends } from './read-custom-backends.js';
import { readEnvironment } from './read-environment.js';
import type { Config } from './schema.js';
import { systemEnvironment } from './system-environment.js';

export interface LoadedConfig {
  readonly config: Config;
  /** The files that were read. */
  readonly files: readonly string[];
  /** Where each value comes from. */
  readonly origins: FindOrigin;
}

/** Everything that can be said of a configuration before it is used. */
export interface ConfigInspection {
  /** The files that were found, and those that were named. */
  readonly files: readonly string[];
  /** Why it cannot be used; empty: it can. */
  readonly problems: readonly ConfigProblem[];
  /** What is allowed, but hardly meant. */
  readonly oddities: readonly ConfigProblem[];
  /** Undefined where there are problems. */
  readonly loaded?: LoadedConfig;
}

/** What is absent is missed where its surroundings are. */
const blame = (path: TreeProblem['path'], origins: FindOrigin): string => {
  for (let length = path.length; length > 0; length -= 1) {
    const origin = origins(path.slice(0, length));
    if (origin !== DEFAULT_ORIGIN) return origin;
  }
  return 'the configuration';
};

/** What is wrong with the backends that CUSTOM_BACKEND_n adds. */
function checkCustomBackends(environment: NonNullable<ConfigSource['environment']>): readonly ConfigProblem[] {
  const toProblem = (message: string): ConfigProblem => ({ origin: 'environment', path: '', message });
  try {
    return checkTree({ backends: readCustomBackends(environment) }).problems.map(({ message }) => toProblem(message));
  } catch (thrown) {
    return [toProblem(toGatewayError(thrown).detail)];
  }
}

/**
 * Reads all layers and checks what they make, telling all problems at once. Looks at files and variables only: nothing
 * is opened and nobody is asked.
 */
export function inspectConfig(source: ConfigSource = {}): ConfigInspection {
  const environment = source.environment ?? systemEnvironment;
  const { paths, files } = readConfigFiles(source);
  const variables = readEnvironment(environment);
  const layers = [
    ...files.map(({ layer }) => layer),
    ...variables.layers,
    ...(source.flags === undefined ? [] : [{ origin: 'flag', tree: source.flags }]),
  ];
  const unread = files.flatMap(({ layer: { origin }, problem }) =>
    problem === undefined ? [] : [{ origin, path: '', message: problem }],
  );
  const origins = createFindOrigin(layers);
  // What a file says that cannot be read may be what the others lack.
  const checked =
    unread.length > 0 ? { problems: [] } : checkTree(mergeLayers([{}, ...layers.map(({ tree }) => tree)]));
  const problems = [
    ...unread,
    ...variables.problems,
    ...checked.problems.map(({ path, message }) => ({
      origin: blame(path, origins),
      path: path.map(String).join('.'),
      message,
    })),
    ...checkCustomBackends(environment),
  ];
  const oddities = files.flatMap(({ layer: { origin }, duplicates }) =>
    duplicates.map((path) => ({ origin, path, message: `${path} stands there twice; the last one counts` })),
  );
  const { config } = { config: undefined, ...checked };
  const isUsable = config !== undefined && problems.length === 0;
  return { files: paths, problems, oddities, ...(isUsable && { loaded: { config, files: paths, origins } }) };
}
