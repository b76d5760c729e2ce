import { describe, expect, it } from '@jest/globals';

import { checkConfig } from './check-config.js';
import { createFindOrigin } from './config-layer.js';
import { compareConfigs, compareConfigValues, listConfigValues } from './list-values.js';

const lab = {
  provider: 'openai-compatible',
  baseUrl: 'http://me:hunter2@lab/v1?api_key=hunter2&x=1',
  apiKey: 'env:LAB_KEY',
  models: ['m'],
  headers: { 'x-team': 'hunter2' },
};
const tree = { backends: { 'lab.one': lab }, cache: { store: 'postgres://me:hunter2@h/d?password=hunter2' } };
const config = checkConfig(tree, 'f');
const origins = createFindOrigin([{ origin: 'file a.json', tree }]);
const values = listConfigValues({ config, origins });
const valueOf = (path: string): unknown => values.find((value) => value.path === path)?.value;

describe('the values in effect', () => {
  it('have a path and an origin each', () => {
    expect(values).toContainEqual({ path: 'server.port', value: 3000, origin: 'default' });
    expect(values).toContainEqual({ path: 'backends.lab.one.apiKey', value: 'env:LAB_KEY', origin: 'file a.json' });
    expect(values).toContainEqual({ path: 'backends.lab.one.models', value: ['m'], origin: 'file a.json' });
    expect(values).toContainEqual({ path: 'aliases', value: {}, origin: 'default' });
  });

  it('show no secret', () => {
    expect(JSON.stringify(values)).not.toContain('hunter2');
    expect(valueOf('backends.lab.one.headers.x-team')).toBe('***');
    expect(valueOf('backends.lab.one.baseUrl')).toBe('http://***@lab/v1?api_key=***&x=1');
    expect(valueOf('cache.store')).toBe('postgres://***@h/d?password=***');
  });
});

describe('what differs', () => {
  const other = (change: object) => checkConfig({ ...tree, ...change }, 'f');

  it('is nothing between a configuration and itself', () => {
    expect(compareConfigs(config, other({}))).toEqual([]);
  });

  it('is told with both sides, or with the one that there is', () => {
    expect(compareConfigs(config, other({ server: { port: 1 }, aliases: { fast: ['m'] } }))).toEqual([
      { path: 'server.port', left: 3000, right: 1 },
      { path: 'aliases', left: {} },
      { path: 'aliases.fast', right: ['m'] },
    ]);
  });

  it('may be a secret, which is not shown', () => {
    const backends = { 'lab.one': { ...lab, headers: { 'x-team': 'hunter3' } } };
    expect(compareConfigs(config, other({ backends }))).toEqual([
      { path: 'backends.lab.one.headers.x-team', left: '***', right: '***' },
    ]);
  });

  it('is not known of what is hidden in lists of values', () => {
    expect(compareConfigValues(values, values)).toEqual([]);
    expect(compareConfigValues([{ path: 'a', value: [1] }], [{ path: 'a', value: [2] }])).toEqual([
      { path: 'a', left: [1], right: [2] },
    ]);
  });
});
