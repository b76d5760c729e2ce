import { GatewayError } from '@claudette/core';
import { nearestNames } from '@claudette/routing';
import type * as z from 'zod';

import { checkBackend } from './check-backend.js';
import { valueAt } from './config-layer.js';
import { knownKeys } from './schema-shape.js';
import { configSchema } from './schema.js';
import type { Config } from './schema.js';

type Path = readonly PropertyKey[];

/** Something wrong with a tree: the keys that lead there, and words that begin with them. */
export interface TreeProblem {
  readonly path: Path;
  readonly message: string;
}

/** A tree, checked: a whole configuration, or what is wrong with it. */
export type CheckedTree =
  | { readonly config: Config; readonly problems: readonly [] }
  | { readonly config?: undefined; readonly problems: readonly TreeProblem[] };

const MAX_SHOWN_CHARACTERS = 80;

/** Where a key may have been put by mistake: what stands there is not repeated. */
const secretPlaces: ReadonlySet<PropertyKey> = new Set(['apiKey', 'headers']);

/** URLs may begin with a user and a password. */
const hasCredentials = (value: unknown): boolean => typeof value === 'string' && /:\/\/.*@/s.test(value);

const formatPath = (path: Path): string => path.map(String).join('.') || 'the configuration';

function formatValue(value: unknown, path: Path): string {
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (path.some((key) => secretPlaces.has(key)) || hasCredentials(value)) return 'a value that is not shown';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}

function describeUnknownKey(key: string, path: Path): TreeProblem {
  const known = knownKeys(path);
  const near = nearestNames(key, known)[0];
  const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`;
  const full = [...path, key];
  return { path: full, message: `${formatPath(full)} is not a known key; ${hint}` };
}

function describeIssue(issue: z.core.$ZodIssue, given: unknown): readonly TreeProblem[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => describeUnknownKey(key, path));
    case 'invalid_key': {
      const why = issue.issues.map(({ message }) => message).join(', ');
      return [{ path, message: `${formatPath(path)} is not a valid name: ${why}` }];
    }
    default: {
      const value = formatValue(valueAt(given, path), path);
      return [{ path, message: `${formatPath(path)} is ${value}: ${issue.message}` }];
    }
  }
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

const problemAt = (path: Path, message: string): TreeProblem => ({ path, message: `${formatPath(path)} ${message}` });

function* checkBackends({ backends }: Config): Generator<TreeProblem> {
  for (const [name, backend] of Object.entries(backends)) {
    for (const { key, message } of checkBackend(backend)) yield problemAt(['backends', name, key], message);
    const { models, capabilities } = backend;
    for (const model of Object.keys(capabilities)) {
      if (model === '*' || models.includes(model)) continue;
      const message = `is not a model of ${name}; it has ${models.join(', ')}, and * is all of them`;
      yield problemAt(['backends', name, 'capabilities', model], message);
    }
  }
}

function* checkAliases({ aliases, backends }: Config): Generator<TreeProblem> {
  for (const [name, entries] of Object.entries(aliases)) {
    const path = ['aliases', name];
    if (Object.hasOwn(backends, name)) yield problemAt(path, 'has the name of a backend; choose another');
    for (const entry of entries) {
      if (!Object.hasOwn(aliases, entry)) continue;
      yield problemAt(path, `names the alias ${entry}; aliases list backend/model or model ids`);
    }
  }
}

/** What the schema cannot say, because it concerns several values. */
function* crossChecks(config: Config): Generator<TreeProblem> {
  const { host } = config.server;
  if (config.auth.mode === 'open' && !loopback.test(host)) {
    const message = `auth.mode is "open" but server.host is "${host}": beyond loopback set auth.mode to "keys" and create a key with claudette keys create`;
    yield { path: ['server', 'host'], message };
  }
  const { cost, latency, availability } = config.routing.weights;
  if (cost + latency + availability === 0) {
    yield problemAt(['routing', 'weights'], 'are all 0: at least one must count');
  }
  const { warnRatio, highRatio, criticalRatio } = config.memory;
  if (!(warnRatio < highRatio && highRatio < criticalRatio)) {
    const message = `memory.warnRatio, memory.highRatio and memory.criticalRatio must rise: they are ${warnRatio}, ${highRatio} and ${criticalRatio}`;
    yield { path: ['memory'], message };
  }
  yield* checkBackends(config);
  yield* checkAliases(config);
}

function freezeDeeply<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freezeDeeply);
  return Object.freeze(value);
}

/** A raw tree as a configuration with all defaults, frozen; or everything that is wrong with it. */
export function checkTree(tree: unknown): CheckedTree {
  const parsed = configSchema.safeParse(tree);
  if (!parsed.success) return { problems: parsed.error.issues.flatMap((issue) => describeIssue(issue, tree)) };
  const problems = [...crossChecks(parsed.data)];
  return problems.length > 0 ? { problems } : { config: freezeDeeply(parsed.data), problems: [] };
}

/**
 * A raw tree as a checked configuration with all defaults, frozen.
 * @param origin where it came from, for errors, e.g. the file's path
 * @throws GatewayError `configuration_invalid` naming the origin, each path, its value, what is allowed and the nearest key
 */
export function checkConfig(tree: unknown, origin: string): Config {
  const { config, problems } = checkTree(tree);
  if (config !== undefined) return config;
  throw new GatewayError('configuration_invalid', `${origin}: ${problems.map(({ message }) => message).join('; ')}`);
}
