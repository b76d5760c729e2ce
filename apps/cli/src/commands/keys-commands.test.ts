import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runInProcess } from '../__fixtures__/run-in-process.js';
import type { Finished } from '../__fixtures__/run-in-process.js';

let home: Home;
beforeEach(() => void (home = createHome({ backends: { demo: { provider: 'demo', models: ['demo-1'] } } })));
afterEach(() => home.remove());

const run = (...args: string[]): Promise<Finished> => runInProcess(['keys', ...args], { home });
const read = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, '--json')).out);

const key = /^claudette-[\w-]{43}$/;

describe('claudette keys create', () => {
  it('prints the key alone on standard output, and what to know on standard error', async () => {
    const { code, out, err } = await run('create', '--name', 'laptop');
    expect(code).toBe(0);
    expect(out.trimEnd()).toMatch(key);
    expect(err).toMatch(/^This is key key_\w+ for laptop\. It is not shown again/);
  });

  it('prints key, id and name as JSON', async () => {
    expect(await read('create', '--name', 'laptop')).toEqual({
      id: expect.stringMatching(/^key_/),
      name: 'laptop',
      key: expect.stringMatching(key),
    });
  });

  it('says nothing but the key with -q', async () => {
    expect((await run('create', '--name', 'laptop', '-q')).err).toBe('');
  });

  it('needs a name', async () => {
    expect(await run('create')).toMatchObject({ code: 2, err: expect.stringContaining('--name') });
  });

  it('refuses a name that an active key has', async () => {
    await run('create', '--name', 'laptop');
    expect(await run('create', '--name', 'laptop')).toMatchObject({ code: 2, err: expect.stringContaining('laptop') });
  });
});

describe('claudette keys list', () => {
  it('shows all keys, revoked ones too, but never the key itself', async () => {
    const created = await run('create', '--name', 'laptop');
    await run('create', '--name', 'server');
    await run('revoke', 'laptop');
    const { out } = await run('list');
    expect(out).toMatch(/^ID +NAME +CREATED +REVOKED$/m);
    expect(out).toMatch(/^key_\w+ +laptop +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d$/m);
    expect(out).toMatch(/^key_\w+ +server +\d{4}-\d\d-\d\d$/m);
    expect(out).not.toContain(created.out.trim());
  });

  it('is a list as JSON', async () => {
    await run('create', '--name', 'laptop');
    expect(await read('list')).toEqual([expect.objectContaining({ name: 'laptop', createdAtMs: expect.any(Number) })]);
  });
});

describe('claudette keys revoke', () => {
  it('takes a name or an id, and takes it again', async () => {
    const { id } = (await read('create', '--name', 'laptop')) as { id: string };
    expect((await run('revoke', 'laptop')).out).toBe(`revoked ${id} (laptop)\n`);
    expect((await run('revoke', id)).out).toBe(`revoked ${id} (laptop)\n`);
  });

  it('says since when as JSON', async () => {
    await run('create', '--name', 'laptop');
    expect(await read('revoke', 'laptop')).toMatchObject({ name: 'laptop', revokedAtMs: expect.any(Number) });
  });

  it('fails with 1 and names the key when there is none', async () => {
    const { code, out, err } = await run('revoke', 'nobody');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe('claudette: there is no key "nobody"; claudette keys list shows all of them\n');
  });
});
