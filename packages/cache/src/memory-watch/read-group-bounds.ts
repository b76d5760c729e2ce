import type { MemoryBound } from './memory-bound.js';

/** Gives the text of a file, or undefined when it cannot be read. */
export type ReadText = (path: string) => string | undefined;

/** Where the two versions of control groups keep what we ask. */
const versions = {
  v1: {
    root: '/sys/fs/cgroup/memory',
    limits: ['memory.limit_in_bytes'],
    usage: 'memory.usage_in_bytes',
    reclaimable: ['total_active_file', 'total_inactive_file'],
  },
  // Above `high` the kernel slows the group down so much that it is a limit too.
  v2: {
    root: '/sys/fs/cgroup',
    limits: ['memory.max', 'memory.high'],
    usage: 'memory.current',
    reclaimable: ['active_file', 'inactive_file'],
  },
} as const;

type Version = (typeof versions)[keyof typeof versions];

/** Version 1 says "no limit" with a number near 2^63. */
const NO_LIMIT_BYTES = 2 ** 60;

const readNumber = (text: string | undefined): number | undefined => {
  const number = text === undefined || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
};

/** The sum of some lines of a file of `name number` lines; those that are missing count as 0. */
const sumOf = (text: string | undefined, names: readonly string[]): number => {
  let sum = 0;
  for (const line of text?.split('\n') ?? []) {
    const [name = '', number] = line.split(' ');
    if (names.includes(name)) sum += readNumber(number) ?? 0;
  }
  return sum;
};

/** A group's folder and those above it: the limit of each counts. */
const foldersOf = (root: string, path: string): readonly string[] => {
  const names = path.split('/').filter((name) => name !== '');
  return Array.from({ length: names.length + 1 }, (_, dropped) =>
    [root, ...names.slice(0, names.length - dropped)].join('/'),
  );
};

/**
 * Finds the control groups of this process (from /proc/self/cgroup, once) and returns what reads their memory limits:
 * one bound for each group that has one. Inside a container the path may name a folder that only the host sees; the
 * container's own limit is then at the root, where the walk ends.
 */
export function createGroupReader(readText: ReadText): () => readonly MemoryBound[] {
  const groups: { readonly version: Version; readonly folder: string }[] = [];
  for (const line of readText('/proc/self/cgroup')?.split('\n') ?? []) {
    const [, controllers, ...path] = line.split(':');
    const version =
      controllers === '' ? versions.v2 : controllers?.split(',').includes('memory') === true ? versions.v1 : undefined;
    if (version === undefined) continue;
    for (const folder of foldersOf(version.root, path.join(':'))) groups.push({ version, folder });
  }

  return () => {
    const bounds: MemoryBound[] = [];
    for (const { version, folder } of groups) {
      const limits = version.limits.map((file) => readNumber(readText(`${folder}/${file}`)) ?? Infinity);
      const limitBytes = Math.min(...limits);
      if (limitBytes === 0 || limitBytes >= NO_LIMIT_BYTES) continue;
      const usage = readNumber(readText(`${folder}/${version.usage}`));
      if (usage === undefined) continue;
      const reclaimable = sumOf(readText(`${folder}/memory.stat`), version.reclaimable);
      bounds.push({ kind: 'group', limitBytes, usedBytes: Math.max(0, usage - reclaimable) });
    }
    return bounds;
  };
}
