import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { toGatewayError } from '@claudette/core';

import type { ConfigProblem } from '../config/config-problem.js';
import { formatProblems } from '../config/config-problem.js';
import { inspectConfig } from '../config/inspect-config.js';
import type { LoadedConfig } from '../config/inspect-config.js';
import { listConfigValues } from '../config/list-values.js';
import type { ConfigValue } from '../config/list-values.js';
import { loadConfig } from '../config/load-config.js';
import type { ConfigSource } from '../config/read-config-files.js';
import { systemEnvironment } from '../config/system-environment.js';
import type { AssembledGateway } from '../create-gateway.js';
import { assembleGateway } from '../create-gateway.js';
import { createRuntime } from '../create-runtime.js';
import type { ConfigurationStatus, Gateway, GatewayOverrides } from '../gateway.js';
import { saveOnCrash } from '../save-on-crash.js';
import { forgetChanged } from './forget-changed.js';
import { isReadOnce, keepUntilRestart } from './keep-until-restart.js';
import { watchFiles } from './watch-files.js';

/** What reading the configuration anew came to. */
export type ReloadReport =
  | {
      readonly result: 'applied';
      /** What is different from now on, e.g. `cache.ttlSeconds`. */
      readonly changed: readonly string[];
      /** What is different and waits for a restart, e.g. `server.port`. */
      readonly restartNeeded: readonly string[];
    }
  /** Nothing has changed. */
  | { readonly result: 'refused'; readonly problems: readonly ConfigProblem[]; readonly reason: string };

/** The configuration in effect, for people. */
export interface ConfigDescription extends ConfigurationStatus {
  /** The files that were read. */
  readonly files: readonly string[];
  /** Every value and where it comes from; secrets are hidden. */
  readonly values: readonly ConfigValue[];
}

/** Keeps a gateway running while its configuration changes. Whoever creates it closes it. */
export interface GatewayHost {
  /** The gateway for what begins now. A request that began with one ends with it, whatever comes after. */
  current(): Gateway;
  /**
   * Begins what goes on beside requests: probes of idle backends, and watching the files of the configuration.
   * @param onFilesChanged what happens when they say something else. @default reload
   */
  start(onFilesChanged?: () => void): void;
  /**
   * Reads the configuration anew. A gateway is built of it and takes over at once, while the one before ends what it has;
   * where that cannot be, the one before stays. Who asks while somebody else's turn is under way gets the next one. Never
   * rejects.
   */
  reload(): Promise<ReloadReport>;
  describe(): ConfigDescription;
  /** Drains every gateway, as `Gateway.drain`. */
  drain(): Promise<void>;
  /** Lets go of everything: sockets, files, timers. Drain first. */
  close(): Promise<void>;
  /** For a process that ends because of what was thrown: logs that, and saves what is not on disk, before it returns. */
  crash(thrown: unknown): void;
}

/** The files that may change a configuration. */
const filesToWatch = ({ files }: LoadedConfig, stage: string | undefined): readonly string[] => {
  const [main] = files;
  const staged = main !== undefined && stage ? [join(dirname(main), `claudette.config.${stage}.json`)] : [];
  return [...new Set([...files, ...staged])];
};

/**
 * Starts a gateway whose configuration may change while it runs.
 * @throws GatewayError `configuration_invalid`
 */
export async function createGatewayHost(
  source: ConfigSource = {},
  overrides: GatewayOverrides = {},
): Promise<GatewayHost> {
  const started = loadConfig(source);
  const runtime = await createRuntime(started.config, overrides);
  const { clock, observe, logger } = runtime;

  let status: ConfigurationStatus = {
    sinceMs: clock.epochMs(),
    reloads: { applied: 0, refused: 0 },
    restartNeeded: [],
  };
  const assemble = (config: LoadedConfig['config']): Promise<AssembledGateway> =>
    assembleGateway({ config, runtime, configuration: () => status });

  let current: AssembledGateway;
  try {
    current = await assemble(started.config);
  } catch (thrown) {
    await runtime.close();
    throw thrown;
  }
  /** What was read last, which is not all in effect where something waits for a restart. */
  let read = started;
  let isProbing = false;
  let isClosing = false;
  const retired = new Map<AssembledGateway, Promise<void>>();

  const retire = (gateway: AssembledGateway): void => {
    const end = async (): Promise<void> => {
      try {
        await gateway.retire();
        await gateway.close();
      } catch (thrown) {
        logger.error({ err: thrown }, 'a former configuration could not be let go');
      }
      retired.delete(gateway);
    };
    retired.set(gateway, end());
  };

  const takeOver = async (loaded: LoadedConfig): Promise<ReloadReport> => {
    const { config, changed, restartNeeded } = keepUntilRestart(current.config, loaded.config);
    const next = await assemble(config);
    if (isClosing) {
      await next.close();
      return refuse([{ origin: 'the gateway', path: '', message: 'it is shutting down' }]);
    }
    await runtime.adopt(config);
    const before = current;
    current = next;
    read = loaded;
    forgetChanged(before.backends, next.backends, runtime);
    if (isProbing) next.startProbes();
    retire(before);
    const { applied, refused } = status.reloads;
    status = { sinceMs: clock.epochMs(), reloads: { applied: applied + 1, refused }, restartNeeded };
    observe({ kind: 'config-reload', result: 'applied', atMs: status.sinceMs, changed, restartNeeded });
    return { result: 'applied', changed, restartNeeded };
  };

  const refuse = (problems: readonly ConfigProblem[]): ReloadReport => {
    const reason = formatProblems(problems);
    const atMs = clock.epochMs();
    const { applied, refused } = status.reloads;
    status = { ...status, reloads: { applied, refused: refused + 1 }, refusal: { atMs, reason } };
    observe({ kind: 'config-reload', result: 'refused', atMs, reason });
    return { result: 'refused', problems, reason };
  };

  const readAnew = async (): Promise<ReloadReport> => {
    try {
      const { loaded, problems } = inspectConfig(source);
      return loaded === undefined ? refuse(problems) : await takeOver(loaded);
    } catch (thrown) {
      return refuse([{ origin: 'the configuration', path: '', message: toGatewayError(thrown).detail }]);
    }
  };

  /** The last reload that was asked for. */
  let last: Promise<unknown> = Promise.resolve();
  /** As long as it has not begun. */
  let waiting: Promise<ReloadReport> | undefined;
  const reload = (): Promise<ReloadReport> => {
    waiting ??= last.then(() => {
      waiting = undefined;
      return readAnew();
    });
    last = waiting;
    return waiting;
  };

  /** A file may be written without being changed, and a change may have been read already. */
  const readChanges = (onFilesChanged: () => void): void => {
    const { loaded } = inspectConfig(source);
    if (status.refusal === undefined && isDeepStrictEqual(loaded?.config, read.config)) return;
    onFilesChanged();
  };
  let stopWatching = (): void => undefined;

  return {
    current: () => current,
    start(onFilesChanged = () => void reload()) {
      isProbing = true;
      current.startProbes();
      const { environment = systemEnvironment } = source;
      stopWatching = watchFiles({
        paths: filesToWatch(started, environment['CLAUDETTE_ENV']),
        required: () => read.files,
        clock,
        onChange: () => readChanges(onFilesChanged),
        onError: (err) => logger.warn({ err }, 'changes of the configuration file cannot be noticed'),
      });
    },
    reload,
    describe: () => ({
      ...status,
      files: read.files,
      values: listConfigValues({
        config: current.config,
        origins: (path) => (isReadOnce(path.join('.')) ? started : read).origins(path),
      }),
    }),
    async drain() {
      isClosing = true;
      stopWatching();
      await Promise.all([current, ...retired.keys()].map((gateway) => gateway.drain()));
    },
    async close() {
      isClosing = true;
      stopWatching();
      await last;
      await Promise.all(retired.values());
      await current.close();
      await runtime.close();
    },
    crash: (thrown) => saveOnCrash(runtime, thrown),
  };
}
