import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { DialectId } from '@claudette/core';
import { Ajv } from 'ajv';

/** What is looked at: a request, a whole answer, or one event of a stream. */
export const shapes = ['request', 'reply', 'event'] as const;
export type Shape = (typeof shapes)[number];
/** Google publishes no types of its wire. */
export type TypedDialect = Exclude<DialectId, 'gemini'>;
export const typedDialects: readonly TypedDialect[] = ['openai-chat', 'openai-responses', 'anthropic-messages'];

/** Where the official SDK's types of a dialect are, and what it calls each shape. */
const sources: Readonly<Record<TypedDialect, Readonly<Record<Shape | 'file', string>>>> = {
  'openai-chat': {
    file: 'openai',
    request: 'ChatCompletionCreateParams',
    reply: 'ChatCompletion',
    event: 'ChatCompletionChunk',
  },
  'openai-responses': {
    file: 'openai',
    request: 'ResponseCreateParams',
    reply: 'Response',
    event: 'ResponseStreamEvent',
  },
  'anthropic-messages': {
    file: 'anthropic',
    request: 'MessageCreateParams',
    reply: 'Message',
    event: 'RawMessageStreamEvent',
  },
};

interface Definition {
  readonly required?: readonly string[];
  readonly anyOf?: readonly Definition[];
  readonly properties?: Readonly<Record<string, Definition | undefined>>;
  readonly $ref?: string;
  readonly const?: string;
  readonly type?: string;
}
type Definitions = Readonly<Record<string, Definition>>;

const orNull = (definition: Definition = {}): Definition => ({ anyOf: [definition, { type: 'null' }] });

/** What the providers send and the types leave out, or the other way round. */
const isUntyped: Readonly<Record<TypedDialect, (value: Readonly<Record<string, unknown>>) => boolean>> = {
  // An error inside a stream stands where a chunk would.
  'openai-chat': ({ error }) => typeof error === 'object',
  // OpenAI nests what its types have at the top, and its SDK raises at the nested form alone.
  'openai-responses': ({ type, error }) => type === 'error' && typeof error === 'object',
  'anthropic-messages': ({ type }) => type === 'ping' || type === 'error',
};

/**
 * A Response as OpenAI sends it: the SDK makes `output_text` itself, and `user` and `usage` are null where unset, for which
 * the types have no room.
 */
const asOnTheWire = ({ required = [], properties = {}, ...rest }: Definition): Definition => ({
  ...rest,
  required: required.filter((name) => name !== 'output_text'),
  properties: { ...properties, user: orNull(properties['user']), usage: orNull(properties['usage']) },
});

function readDefinitions(folder: string, file: string): Definitions {
  const path = join(folder, 'schemas', `${file}.schema.json`);
  if (!existsSync(path)) throw new Error(`CLAUDETTE_REPLAY_DIR has no schemas of ${file}`);
  const { definitions } = JSON.parse(readFileSync(path, 'utf8')) as { definitions: Definitions };
  const response = definitions['Response'];
  return response === undefined ? definitions : { ...definitions, Response: asOnTheWire(response) };
}

/** Says what is wrong with a value; undefined when nothing is. */
export type FindFault = (dialect: TypedDialect, shape: Shape, value: unknown) => string | undefined;

/** The official types as JSON Schemas, below `folder`. Each is compiled when it is needed first. */
export function openOfficialTypes(folder: string): FindFault {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const opened = new Map<string, Definitions>();

  const open = (file: string): Definitions => {
    const definitions = opened.get(file) ?? readDefinitions(folder, file);
    if (!opened.has(file)) ajv.addSchema({ definitions }, file);
    opened.set(file, definitions);
    return definitions;
  };

  /** Of a union of events, the one that the value's type names: what is wrong with the others says nothing. */
  const narrow = (definitions: Definitions, union: string, type: unknown): string =>
    (definitions[union]?.anyOf ?? [])
      .map(({ $ref = '' }) => $ref.slice('#/definitions/'.length))
      .find((name) => definitions[name]?.properties?.['type']?.const === type) ?? union;

  return (dialect, shape, value) => {
    const { file, [shape]: name } = sources[dialect];
    const fields = value as Readonly<Record<string, unknown>>;
    if (shape === 'event' && isUntyped[dialect](fields)) return undefined;
    const definitions = open(file);
    const narrowed = shape === 'event' ? narrow(definitions, name, fields['type']) : name;
    const validate = ajv.getSchema(`${file}#/definitions/${narrowed}`);
    if (validate === undefined) throw new Error(`there is no ${name}`);
    return validate(value) === true ? undefined : `${narrowed}: ${ajv.errorsText(validate.errors)}`;
  };
}
