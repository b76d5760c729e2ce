import { GatewayError } from '@claudette/core';
import type { z } from 'zod';

import { nearestNames } from '@claudette/routing';
import { configSchema } from './schema.js';
import type { Config } from './schema.js';

const textOf = (path: readonly PropertyKey[]): string => path.map(String).join('.') || 'the configuration';

const valueAt = (tree: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    tree,
  );

/** The schema's own keys at a place, for "did you mean". */
function keysAt(path: readonly PropertyKey[]): string[] {
  let schema: unknown = configSchema;
  for (const key of path) {
    schema = unwrap(schema);
    const { shape, valueType } = (schema as { def: { shape?: Record<PropertyKey, unknown>; valueType?: unknown } }).def;
    schema = shape?.[key] ?? valueType;
    if (schema === undefined) return [];
  }
  const shape = (unwrap(schema) as { def: { shape?: object } }).def.shape;
  return Object.keys(shape ?? {});
}

function unwrap(schema: unknown): unknown {
  let inner = schema as { def?: { innerType?: unknown } };
  while (inner.def?.innerType !== undefined) inner = inner.def.innerType as typeof inner;
  return inner;
}

function describeIssue(issue: z.core.$ZodIssue, given: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path);
    return issue.keys
      .map((key) => {
        const near = nearestNames(key, known)[0];
        const hint = near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`;
        return `${textOf([...issue.path, key])} is not a known key; ${hint}`;
      })
      .join('; ');
  }
  const value = JSON.stringify(valueAt(given, issue.path));
  const shown = value === undefined ? 'absent' : value.length > 80 ? `${value.slice(0, 80)}…` : value;
  return `${textOf(issue.path)} is ${shown}: ${issue.message}`;
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

/** What the schema cannot say, because it concerns several values. */
function* crossChecks(config: Config): Generator<string> {
  if (config.auth.mode === 'open' && !loopback.test(config.server.host)) {
    yield `auth.mode is "open" but server.host is "${config.server.host}": beyond loopback set auth.mode to "keys" and create a key with claudette keys create`;
  }
  for (const [name, entries] of Object.entries(config.aliases)) {
    if (Object.hasOwn(config.backends, name)) yield `aliases.${name} has the name of a backend; choose another`;
    for (const entry of entries) {
      if (Object.hasOwn(config.aliases, entry)) yield `aliases.${name} names the alias ${entry}; aliases list backend/model or model ids`;
    }
  }
}

/**
 * A raw tree as a checked configuration with all defaults, frozen.
 * @param origin where it came from, for errors, e.g. the file's path
 * @throws GatewayError `configuration_invalid` naming the origin, each path, its value, what is allowed and the nearest key
 */
export function checkConfig(tree: unknown, origin: string): Config {
  const parsed = configSchema.safeParse(tree ?? {});
  const problems = parsed.success
    ? [...crossChecks(parsed.data)]
    : parsed.error.issues.map((issue) => describeIssue(issue, tree));
  if (!parsed.success || problems.length > 0) {
    throw new GatewayError('configuration_invalid', `${origin}: ${problems.join('; ')}`);
  }
  return Object.freeze(parsed.data);
}
