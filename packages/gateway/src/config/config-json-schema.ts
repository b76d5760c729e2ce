import * as z from 'zod';

import { configSchema } from './schema.js';

/** The part of JSON Schema (2020-12) that describes a configuration. */
export interface JsonSchemaNode {
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly anyOf?: readonly JsonSchemaNode[];
  readonly items?: JsonSchemaNode;
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly additionalProperties?: JsonSchemaNode | false;
  readonly required?: readonly string[];
}

/** The JSON Schema of a configuration file, for editors: `$schema` of the file points at it. */
export const createConfigJsonSchema = (): JsonSchemaNode => ({
  title: 'Claudette configuration',
  ...(z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchemaNode),
});
