import type { Dependency } from './lockfile.js';

interface Verdict {
  readonly allowed: boolean;
  readonly reason: string;
}

/** Every package that would run a program while it is installed, and whether it may. */
export const installScripts: Readonly<Record<string, Verdict>> = {
  '@google/genai': { allowed: false, reason: 'its script says that it does nothing' },
  '@parcel/watcher': {
    allowed: false,
    reason: 'brings a built part for each platform; builds only when it is told to',
  },
  '@portkey-ai/gateway': { allowed: false, reason: 'would patch its own sources, with patches that it does not bring' },
  '@swc/core': { allowed: true, reason: 'fetches another form of itself where its native part does not run' },
  'better-sqlite3': { allowed: true, reason: 'builds or fetches its native part; there is no ledger without it' },
  esbuild: { allowed: true, reason: 'checks that its native part runs here' },
  nx: { allowed: false, reason: 'prepares a daemon that we do not use' },
  protobufjs: { allowed: false, reason: 'only warns of version ranges in the package.json above it' },
  sqlite3: { allowed: true, reason: "builds or fetches its native part, which keyv's store for SQLite needs" },
  'unrs-resolver': { allowed: true, reason: 'checks that its native part runs here' },
};

/**
 * What differs between the packages with install scripts, the list above and `allowScripts` of package.json, by which npm
 * runs some of them and no others.
 */
export function checkInstallScripts(
  dependencies: readonly Dependency[],
  allowScripts: Readonly<Record<string, boolean>>,
): readonly string[] {
  const present = new Set(dependencies.filter((one) => one.hasInstallScript === true).map(({ name }) => name));
  return [
    ...[...present]
      .filter((name) => !(name in installScripts))
      .map((name) => `${name} runs a script when it is installed, and nobody has looked at it`),
    ...Object.keys(installScripts)
      .filter((name) => !present.has(name))
      .map((name) => `${name} runs no script any more: remove it from the list`),
    ...Object.entries(installScripts)
      .filter(([name, { allowed }]) => allowScripts[name] !== allowed)
      .map(([name, { allowed }]) => `package.json must say "${name}": ${allowed} in allowScripts`),
    ...Object.keys(allowScripts)
      .filter((name) => !(name in installScripts))
      .map((name) => `allowScripts in package.json names ${name}, which is not on the list`),
  ];
}
