import { describe, expect, it } from '@jest/globals';

import { createConfigJsonSchema } from './config-json-schema.js';
import { listConfigSections } from './config-keys.js';
import { knownKeys } from './schema-shape.js';

const sections = listConfigSections();
const keys = sections.flatMap((section) => section.keys);
const find = (path: string) => keys.find((key) => key.path === path);

describe('the keys of the configuration', () => {
  it('come in the sections that the schema has', () => {
    expect(sections.map(({ name }) => name)).toEqual(knownKeys([]));
  });

  it('have a type, a range, a default and a variable', () => {
    expect(find('server.port')).toEqual({
      path: 'server.port',
      type: 'whole number',
      range: '0 to 65535',
      defaultText: '3000',
      isRequired: false,
      variable: 'CLAUDETTE_SERVER_PORT',
      description: 'The port to listen on; 0 takes any free one.',
    });
  });

  it.each([
    ['server.host', { type: 'text', range: '' }],
    ['$schema', { variable: undefined, defaultText: undefined }],
    ['cache.scope', { type: 'text', range: 'key, user, team, shared', defaultText: '"key"' }],
    ['cache.maxMemoryBytes', { type: 'whole number or null', range: 'at least 65536', defaultText: 'null' }],
    ['cache.dependencies', { type: 'list of object', variable: 'CLAUDETTE_CACHE_DEPENDENCIES' }],
    ['cache.dependencies[].when.operation', { type: 'text', variable: undefined }],
    ['resilience.breaker.failureRate', { type: 'number', range: 'more than 0, at most 1' }],
    ['aliases', { type: 'map of list of text' }],
    ['backends', { type: 'map of object', defaultText: '{}' }],
    ['server.tls', { type: 'object or null', defaultText: 'null', variable: undefined }],
    ['server.tls.keyFile', { type: 'text', isRequired: true, variable: 'CLAUDETTE_SERVER_TLS__KEY_FILE' }],
    ['backends.*.models', { type: 'list of text', range: 'at least 1', isRequired: true, variable: undefined }],
    ['backends.*.apiKey', { type: 'text or list of text', isRequired: false }],
    ['backends.*.headers', { type: 'map of text' }],
    ['backends.*.capabilities.*.contextTokens', { type: 'whole number', range: 'at least 1' }],
  ])('know of %s', (path, facts) => {
    expect(find(path)).toMatchObject(facts);
  });

  it('say each what it means', () => {
    const silent = [...sections.map(({ name, description }) => ({ path: name, description })), ...keys].filter(
      ({ description }) => description === '',
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });
});

describe('the JSON Schema', () => {
  it('refuses unknown keys and has defaults and descriptions, for editors', () => {
    const schema = createConfigJsonSchema();
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      additionalProperties: false,
      properties: { server: { additionalProperties: false, properties: { port: { default: 3000, maximum: 65_535 } } } },
    });
  });

  it('asks for nothing that has a default', () => {
    expect(createConfigJsonSchema().required).toBeUndefined();
  });
});
