import { existsSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

import type { Clock } from '@claudette/core';

export interface WatchFilesOptions {
  /** Those that may come to be, too. Their folders must exist. */
  readonly paths: readonly string[];
  /** Without one of these nothing is told: it was taken away to be replaced, or by mistake. */
  readonly required: () => readonly string[];
  readonly clock: Clock;
  readonly onChange: () => void;
  /** A folder cannot be watched, or not any longer. */
  readonly onError: (thrown: unknown) => void;
}

/** Editors and deployments change a file in several steps. */
const SETTLE_MS = 100;

/** Kubernetes replaces all files of a folder by changing where this link leads. */
const MOUNTED = '..data';

/**
 * Tells when files changed, once for several changes in a row. It is their folders that are watched: a file that is
 * replaced as a whole is another file. Keeps no process alive.
 *
 * @returns ends it
 */
export function watchFiles({ paths, required, clock, onChange, onError }: WatchFilesOptions): () => void {
  let stopWaiting = (): void => undefined;
  const onEvent = (): void => {
    stopWaiting();
    stopWaiting = clock.after(SETTLE_MS, () => {
      if (required().every((path) => existsSync(path))) onChange();
    });
  };

  const watchFolder = (folder: string): FSWatcher | undefined => {
    const names = new Set([MOUNTED, ...paths.filter((path) => dirname(path) === folder).map((path) => basename(path))]);
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || names.has(name)) onEvent();
      });
      return watcher.on('error', onError);
    } catch (thrown) {
      onError(thrown);
      return undefined;
    }
  };
  const watchers = [...new Set(paths.map((path) => dirname(path)))].map(watchFolder);

  return () => {
    stopWaiting();
    for (const watcher of watchers) watcher?.close();
  };
}
