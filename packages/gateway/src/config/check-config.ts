import { GatewayError } from '@claudette/core';
import { nearestNames } from '@claudette/routing';
import type * as z from 'zod';

import { knownKeys } from './schema-shape.js';
import { configSchema } from './schema.js';
import type { Config } from './schema.js';

type Path = readonly PropertyKey[];

const MAX_SHOWN_CHARACTERS = 80;

/** Where a key may have been put by mistake: what stands there is not repeated. */
const secretPlaces: ReadonlySet<PropertyKey> = new Set(['apiKey', 'headers']);

const formatPath = (path: Path): string => path.map(String).join('.') || 'the configuration';

const valueAt = (tree: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], tree);

function formatValue(value: unknown, path: Path): string {
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (path.some((key) => secretPlaces.has(key))) return 'a value that is not shown';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}

function describeUnknownKey(key: string, path: Path): string {
  const known = knownKeys(path);
  const near = nearestNames(key, known)[0];
  const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`;
  return `${formatPath([...path, key])} is not a known key; ${hint}`;
}

function describeIssue(issue: z.core.$ZodIssue, given: unknown): string {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => describeUnknownKey(key, path)).join('; ');
    case 'invalid_key':
      return `${formatPath(path)} is not a valid name: ${issue.issues.map(({ message }) => message).join(', ')}`;
    default:
      return `${formatPath(path)} is ${formatValue(valueAt(given, path), path)}: ${issue.message}`;
  }
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

/** What the schema cannot say, because it concerns several values. */
function* crossChecks(config: Config): Generator<string> {
  if (config.auth.mode === 'open' && !loopback.test(config.server.host)) {
    yield `auth.mode is "open" but server.host is "${config.server.host}": beyond loopback set auth.mode to "keys" and create a key with claudette keys create`;
  }
  const { cost, latency, availability } = config.routing.weights;
  if (cost + latency + availability === 0) yield 'routing.weights are all 0: at least one must count';
  for (const [name, { models, capabilities }] of Object.entries(config.backends)) {
    for (const model of Object.keys(capabilities)) {
      if (model !== '*' && !models.includes(model)) {
        yield `backends.${name}.capabilities.${model} is not a model of ${name}; it has ${models.join(', ')}, and * is all of them`;
      }
    }
  }
  for (const [name, entries] of Object.entries(config.aliases)) {
    if (Object.hasOwn(config.backends, name)) yield `aliases.${name} has the name of a backend; choose another`;
    for (const entry of entries) {
      if (Object.hasOwn(config.aliases, entry)) {
        yield `aliases.${name} names the alias ${entry}; aliases list backend/model or model ids`;
      }
    }
  }
}

function freezeDeeply<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freezeDeeply);
  return Object.freeze(value);
}

/**
 * A raw tree as a checked configuration with all defaults, frozen.
 * @param origin where it came from, for errors, e.g. the file's path
 * @throws GatewayError `configuration_invalid` naming the origin, each path, its value, what is allowed and the nearest key
 */
export function checkConfig(tree: unknown, origin: string): Config {
  const parsed = configSchema.safeParse(tree);
  const problems = parsed.success
    ? [...crossChecks(parsed.data)]
    : parsed.error.issues.map((issue) => describeIssue(issue, tree));
  if (!parsed.success || problems.length > 0) {
    throw new GatewayError('configuration_invalid', `${origin}: ${problems.join('; ')}`);
  }
  return freezeDeeply(parsed.data);
}
