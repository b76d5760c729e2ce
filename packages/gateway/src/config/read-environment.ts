import { GatewayError } from '@claudette/core';

import { nearestNames } from '@claudette/routing';
import { configSchema } from './schema.js';

type Environment = Readonly<Record<string, string | undefined>>;

const sections = Object.keys(configSchema.def.shape).filter((name) => name !== '$schema');
/** Variables with our prefix that are not configuration keys. */
const reserved = /^CLAUDETTE_(CONFIG|ENV|URL|PASSPHRASE|TEST_.*|REPLAY_.*)$/;

const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

/** JSON where it parses as JSON (numbers, true, lists), text otherwise. */
const parseValue = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

interface SchemaLike {
  readonly def?: { readonly innerType?: SchemaLike; readonly shape?: Readonly<Record<string, SchemaLike>> };
}

const shapeOf = (schema: SchemaLike | undefined): Readonly<Record<string, SchemaLike>> => {
  let inner = schema;
  while (inner?.def?.innerType !== undefined) inner = inner.def.innerType;
  return inner?.def?.shape ?? {};
};

/**
 * `CLAUDETTE_<SECTION>_<KEY>` as a configuration layer: `CLAUDETTE_SERVER_PORT=8080`, nested keys joined with `__`
 * (`CLAUDETTE_CACHE_SAMPLING__NATIVE=all`). Underscores inside a key do not matter.
 * @throws GatewayError `configuration_invalid` for a name that is no key
 */
export function readEnvironment(environment: Environment): Record<string, unknown> {
  const layer: Record<string, Record<string, unknown>> = {};
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('CLAUDETTE_') || reserved.test(name) || text === undefined) continue;
    const rest = name.slice('CLAUDETTE_'.length);
    const section = sections.find((one) => rest.toUpperCase().startsWith(`${one.toUpperCase()}_`));
    if (section === undefined) throw unknown(name, sections.map((one) => `CLAUDETTE_${one.toUpperCase()}_…`));
    let schema: SchemaLike | undefined = (configSchema.def.shape as Readonly<Record<string, SchemaLike>>)[section];
    let branch: Record<string, unknown> = (layer[section] ??= {});
    const parts = rest.slice(section.length + 1).split('__');
    for (const [index, part] of parts.entries()) {
      const shape: Readonly<Record<string, SchemaLike>> = shapeOf(schema);
      const key = Object.keys(shape).find((one) => plain(one) === plain(part));
      if (key === undefined) throw unknown(name, Object.keys(shape));
      if (index === parts.length - 1) branch[key] = parseValue(text);
      else branch = (branch[key] ??= {}) as Record<string, unknown>;
      schema = shape[key];
    }
  }
  return layer;
}

const unknown = (name: string, known: readonly string[]): GatewayError => {
  const near = nearestNames(name, known)[0];
  return new GatewayError(
    'configuration_invalid',
    `the environment variable ${name} names no configuration key; ${near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`}`,
  );
};
