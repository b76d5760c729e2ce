import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { defineProvider } from './define-provider.js';
import { findProvider, providerIds, providers } from './providers.js';
import { requestUrl } from './request-url.js';

const here = new URL('./', import.meta.url);
const entries = readdirSync(here, { withFileTypes: true });
const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
const listFile = 'providers.ts';

describe('the list of providers', () => {
  it('has one entry per folder', () => {
    expect([...providerIds].sort()).toEqual(folders.sort());
  });

  it('is the only place outside its folder that knows a provider, so that deleting one is two edits', () => {
    const files = entries.filter(({ name }) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== listFile);
    for (const { name } of files) {
      const source = readFileSync(new URL(name, here), 'utf8');
      for (const folder of folders) expect(source).not.toContain(`./${folder}/`);
    }
  });

  it.each(providers.map((provider) => [provider.id, provider] as const))('holds usable data for %s', (id, provider) => {
    expect(findProvider(id)).toBe(provider);
    expect(Object.isFrozen(provider)).toBe(true);
    expect(provider.baseUrl === null || !provider.baseUrl.endsWith('/')).toBe(true);
    expect(provider.auth.header !== undefined).toBe(provider.auth.scheme === 'header');
    const headers = [...Object.keys(provider.headers), ...provider.forwardHeaders];
    expect(headers).toEqual(headers.map((header) => header.toLowerCase()));
    expect(headers).not.toContain('authorization');
  });

  it('does not find what it does not have', () => {
    expect(findProvider('acme')).toBeUndefined();
  });
});

describe('a new vendor of a known dialect', () => {
  it('is data and nothing else', () => {
    const cerebras = defineProvider({
      id: 'cerebras',
      name: 'Cerebras',
      dialect: 'openai-chat',
      baseUrl: 'https://api.cerebras.ai/v1',
      auth: { scheme: 'bearer', environment: ['CEREBRAS_API_KEY'] },
    });
    expect(requestUrl(cerebras, String(cerebras.baseUrl), '/chat/completions')).toBe(
      'https://api.cerebras.ai/v1/chat/completions',
    );
    expect(cerebras).toMatchObject({ pathPrefix: '', headers: {}, forwardHeaders: [], options: {}, defaultModels: [] });
  });
});
