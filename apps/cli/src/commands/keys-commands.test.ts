import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runWithGateway } from '../__fixtures__/run-with-gateway.js';
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

  it('prints the key and all that is known of it as JSON', async () => {
    expect(await read('create', '--name', 'laptop')).toEqual({
      id: expect.stringMatching(/^key_/),
      name: 'laptop',
      role: 'client',
      prefix: expect.stringMatching(/^[\w-]{4}$/),
      createdAtMs: expect.any(Number),
      key: expect.stringMatching(key),
    });
  });

  it('gives it a role, models and an end', async () => {
    const created = await run(
      'create',
      '--name',
      'ci',
      '--role',
      'admin',
      '--models',
      'demo-1, demo/*',
      '--expires',
      '30d',
    );
    expect([created.code, created.err]).toEqual([
      0,
      expect.stringMatching(/It is good until \d{4}-\d\d-\d\d \d\d:\d\d UTC/),
    ]);
    const [info] = (await read('list')) as [Record<string, number>];
    expect(info).toMatchObject({ role: 'admin', models: ['demo-1', 'demo/*'] });
    expect((info['expiresAtMs'] ?? 0) - (info['createdAtMs'] ?? 0)).toBe(30 * 86_400_000);
    expect((await run('list')).out).toMatch(
      /^key_\w+ +ci +admin +demo-1, demo\/\* +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d$/m,
    );
  });

  it.each([
    [['--role', 'root'], 'role'],
    [['--expires', 'soon'], 'expires: must be a number of seconds, minutes, hours or days such as'],
    [['--models', ''], 'models'],
    [['--models', 'gpt-99'], 'there is no model "gpt-99" that a key could use'],
    [['--models', 'elsewhere/*'], 'there is no model "elsewhere/*"'],
    [['--models', 'dema-1'], 'near it: demo-1'],
  ])('refuses %j', async (options, why) => {
    expect(await run('create', '--name', 'ci', ...options)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(why),
    });
    expect(await read('list')).toEqual([]);
  });

  it('notes the person and the team it belongs to', async () => {
    const belongs = { user: 'ada', team: 'core' };
    expect(await read('create', '--name', 'laptop', '--user', 'ada', '--team', 'core')).toMatchObject(belongs);
    expect(await read('list')).toEqual([expect.objectContaining(belongs)]);
    expect((await run('list')).out).toMatch(/^key_\w+ +laptop +client +ada +core +all +\d{4}/m);
  });

  it('refuses a person without a name', async () => {
    expect(await run('create', '--name', 'laptop', '--user', '')).toMatchObject({
      code: 2,
      err: expect.stringContaining('user'),
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
    expect(out).toMatch(/^ID +NAME +ROLE +USER +TEAM +MODELS +CREATED +EXPIRES +REVOKED$/m);
    expect(out).toMatch(/^key_\w+ +laptop +client +all +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d$/m);
    expect(out).toMatch(/^key_\w+ +server +client +all +\d{4}-\d\d-\d\d$/m);
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

describe('what is done to keys', () => {
  it('is in the audit log, whatever came of it', async () => {
    const { id } = (await read('create', '--name', 'laptop')) as { id: string };
    await run('create', '--name', 'laptop');
    await run('rotate', 'laptop');
    await run('revoke', 'laptop');
    await run('revoke', 'nobody');
    const { entries } = await runWithGateway(home, (gateway) => gateway.audit.page({ limit: 10 }));
    expect(entries.map(({ action, subject, result }) => [action, subject, result])).toEqual([
      ['keys.revoke', 'nobody', 'refused'],
      ['keys.revoke', id, 'done'],
      ['keys.rotate', id, 'done'],
      ['keys.create', 'laptop', 'refused'],
      ['keys.create', id, 'done'],
    ]);
    expect(entries[0]).toMatchObject({ actorId: 'local', origin: 'command line' });
  });
});

describe('claudette keys rotate', () => {
  it('prints a new key under the old id, and ends the one before', async () => {
    const before = (await read('create', '--name', 'laptop')) as { id: string; key: string };
    const { code, out, err } = await run('rotate', 'laptop');
    expect([code, out.trimEnd()]).toEqual([0, expect.stringMatching(key)]);
    expect(out.trimEnd()).not.toBe(before.key);
    expect(err).toContain(
      `This is key ${before.id} for laptop. It is not shown again; the one before is of no use any more.`,
    );
  });

  it('says until when the one before is good', async () => {
    await run('create', '--name', 'laptop');
    const { err } = await run('rotate', 'laptop', '--grace', '24h');
    expect(err).toMatch(/the one before is good until \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    const [info] = (await read('list')) as [Record<string, number>];
    expect((info['previousUntilMs'] ?? 0) - (info['rotatedAtMs'] ?? 0)).toBe(86_400_000);
  });

  it('gives the new one a lifetime of its own', async () => {
    await run('create', '--name', 'laptop');
    expect(await read('rotate', 'laptop', '--expires', '30d')).toMatchObject({ expiresAtMs: expect.any(Number) });
  });

  it.each([
    [2, ['rotate', 'laptop', '--grace', 'long'], 'grace: must be'],
    [2, ['rotate', 'gone'], 'the key gone is revoked'],
    [1, ['rotate', 'nobody'], 'there is no key "nobody"'],
  ])('fails with %d: %j', async (code, args, why) => {
    await run('create', '--name', 'laptop');
    await run('create', '--name', 'gone');
    await run('revoke', 'gone');
    expect(await run(...args)).toMatchObject({ code, out: '', err: expect.stringContaining(why) });
  });
});
