import { afterEach, describe, expect, it } from '@jest/globals';

import { startLab } from './__fixtures__/start-lab.js';
import type { Lab, LabOptions } from './__fixtures__/start-lab.js';

let lab: Lab;
const start = async (options: LabOptions = {}): Promise<Lab> => (lab = await startLab(options));
afterEach(() => lab.close());

const other = { fallback: false, maxAttempts: 1 };

describe('of a backend', () => {
  it('priority puts it before or behind another', async () => {
    await start({ a: { priority: 3 } });
    expect(await lab.many(2)).toEqual(['b', 'b']);
  });

  it('enabled: false leaves it out', async () => {
    await start({ a: { enabled: false } });
    expect(await lab.many(2)).toEqual(['b', 'b']);
  });

  it('maxTokens is what a dialect gets that requires a limit, where the client gave none', async () => {
    await start({ a: { dialect: 'anthropic-messages', maxTokens: 77 } });
    await lab.tell({ fields: { max_tokens: undefined } });
    await lab.tell({ fields: { max_tokens: 55 } });
    expect(lab.a.calls.map(({ json }) => (json as { max_tokens?: number }).max_tokens)).toEqual([77, 55]);
  });

  it('headers go with every request', async () => {
    await start({ a: { headers: { 'x-team': 'blue' } } });
    await lab.many(2);
    expect(lab.a.calls.map(({ headers }) => headers['x-team'])).toEqual(['blue', 'blue']);
  });

  it('apiKey names the variable whose value is sent', async () => {
    await start({ a: { apiKey: 'env:SECOND_KEY' } });
    await lab.tell();
    expect(lab.a.calls[0]?.headers.authorization).toBe('Bearer sk-fake-9876543210');
  });
});

describe('limits of a backend', () => {
  it('tokensPerMinute moves traffic on once the tokens are used up', async () => {
    await start({ a: { limits: { tokensPerMinute: 1_000 } } });
    const content = 'word '.repeat(600);
    expect(await lab.many(3, { content, fields: { max_tokens: 10 } })).toEqual(['a', 'b', 'b']);
  });

  it('concurrency makes calls wait for one another', async () => {
    await start({ a: { limits: { concurrency: 1 } }, b: { enabled: false } });
    lab.a.behave({ kind: 'delay', delayMs: 60 });
    const startedAt = performance.now();
    const told = await Promise.all(['x', 'y', 'z'].map((content) => lab.tell({ content })));
    expect(told.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(175);
  });
});

describe('capabilities of a model', () => {
  const message = (part: object): Record<string, unknown> => ({ messages: [{ role: 'user', content: [part] }] });
  const image = { type: 'image_url', image_url: { url: 'https://example.org/a.png' } };
  const pdf = { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } };
  const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };
  const schema = { type: 'json_schema', json_schema: { name: 's', schema: { type: 'object' } } };

  it.each([
    ['tools', false, { tools: [tool] }, 'it calls no tools'],
    ['images', false, message(image), 'it takes no images'],
    ['documents', false, message(pdf), 'it takes no documents'],
    ['reasoning', false, { reasoning_effort: 'high' }, 'it does not reason'],
    ['structuredOutput', false, { response_format: schema }, 'it has no structured output'],
    ['contextTokens', 50, {}, 'its context is 50 tokens'],
  ])('%s: %j keeps away what needs more', async (name, value, fields, reason) => {
    await start({ a: { capabilities: { m: { [name]: value } } } });
    expect((await lab.tell({ fields })).backend).toBe('b');
    const { status, text } = await lab.tell({ fields, headers: { 'x-claudette-backend': 'a' } });
    expect([status, text]).toEqual([400, expect.stringContaining(`a/m: ${reason}`)]);
  });
});

describe('timeouts of a backend', () => {
  const timeouts = { connectMs: 5_000, firstContentMs: 20_000, idleMs: 20_000, totalMs: 60_000 };

  it('firstContentMs ends a stream that says nothing', async () => {
    await start({ a: { timeouts: { ...timeouts, firstContentMs: 60 } } });
    lab.a.behave({ kind: 'stall', afterEvents: 0 });
    expect((await lab.tell({ stream: true })).backend).toBe('b');
  });

  it('idleMs ends a stream that stops in the middle, with an error', async () => {
    await start({ a: { timeouts: { ...timeouts, idleMs: 60 } } });
    lab.a.behave({ kind: 'stall', deltas: ['one ', 'two'] });
    const { backend, text } = await lab.tell({ stream: true });
    expect([backend, text]).toEqual(['a', expect.stringContaining('"error"')]);
  });

  it('totalMs ends a whole reply that takes longer', async () => {
    await start({ a: { timeouts: { ...timeouts, totalMs: 60 } }, config: { routing: other } });
    lab.a.behave({ kind: 'delay', delayMs: 5_000 });
    expect((await lab.tell()).status).toBe(504);
  });
});

describe('aliases', () => {
  it('are names that clients may ask for, each for its targets in their order', async () => {
    await start({ config: { aliases: { house: ['b/m'] } } });
    expect((await lab.tell({ model: 'house' })).backend).toBe('b');
    const models = (await (await fetch(`${lab.stack.url}/v1/models`)).json()) as { data: { id: string }[] };
    expect(models.data.map(({ id }) => id)).toContain('house');
  });
});
