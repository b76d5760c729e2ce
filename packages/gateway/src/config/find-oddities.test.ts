import { describe, expect, it } from '@jest/globals';

import { checkConfig } from './check-config.js';
import { createFindOrigin } from './config-layer.js';
import { findOddities } from './find-oddities.js';

const openai = { provider: 'openai', models: ['gpt-4o'], apiKey: 'env:KEY' };

const odd = async (tree: object, environment: Record<string, string> = { KEY: 'k' }): Promise<readonly string[]> => {
  const origins = createFindOrigin([{ origin: 'file a.json', tree }]);
  const oddities = await findOddities({ config: checkConfig(tree, 'f'), files: [], origins }, environment);
  return oddities.map(({ origin, message }) => `${origin}: ${message}`);
};

describe('what is allowed, but hardly meant', () => {
  it('is nothing in a plain configuration, nor in none', async () => {
    expect(await odd({ backends: { openai }, aliases: { a: ['openai/gpt-4o', 'gpt-4o'] } })).toEqual([]);
    expect(await odd({ aliases: { a: ['whatever'] } })).toEqual([]);
  });

  it.each([
    [{ apiKey: ['env:KEY', 'env:GONE'] }, 'apiKey is env:GONE, but there is no environment variable GONE'],
    [
      { headers: { Authorization: 'x' } },
      'headers.Authorization may hold a secret; apiKey refers to one without showing it',
    ],
    [
      { timeouts: { totalMs: 700_000 } },
      'timeouts.totalMs is 700000, but server.totalMs ends every exchange after 600000',
    ],
    [
      { timeouts: { totalMs: 10, firstContentMs: 20 } },
      'timeouts.firstContentMs is 20, but timeouts.totalMs ends the reply after 10',
    ],
    [{ models: ['gpt-4o', 'gpt-4o'] }, 'models has gpt-4o twice'],
    [
      { models: ['gpt-4o', 'nobody-knows-1'] },
      'models has no known price for nobody-knows-1: what it costs is not counted, and cost limits refuse it',
    ],
  ])('is told of a backend with %j', async (change, message) => {
    expect(await odd({ backends: { openai: { ...openai, ...change } } })).toEqual([
      `file a.json: backends.openai.${message}`,
    ]);
  });

  it('is an alias that names nothing', async () => {
    expect(await odd({ backends: { openai }, aliases: { fast: ['gpt-4o', 'gtp-4o'] } })).toEqual([
      'file a.json: aliases.fast names gtp-4o, which no enabled backend lists',
    ]);
  });

  it('is not an alias of a backend that the environment adds', async () => {
    const environment = { KEY: 'k', CUSTOM_BACKEND_1_API_URL: 'http://h/v1', CUSTOM_BACKEND_1_MODEL: 'm' };
    expect(await odd({ backends: { openai }, aliases: { lab: ['custom-1/m'] } }, environment)).toEqual([]);
  });

  it('is a configuration whose backends are all switched off', async () => {
    expect(await odd({ backends: { openai: { ...openai, enabled: false } } })).toEqual([
      'file a.json: backends has none that is enabled: no request can be answered',
    ]);
  });
});
