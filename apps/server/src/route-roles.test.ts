import { once } from 'node:events';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';

import type { AuditPage, CreatedKey, Gateway, Role } from '@claudette/gateway';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';

import { ask } from './__fixtures__/raw-client.js';
import { routes } from './__fixtures__/served-routes.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';
import { createServer } from './create-server.js';
import { callerOf, requireRoles } from './route-roles.js';

/** A proxy in front: nothing of what is open on this machine is open to those who come through it. */
const fromElsewhere = { 'x-forwarded-for': '192.0.2.7' };

const stacks: Stack[] = [];
const start = async (config: Record<string, unknown> = { auth: { mode: 'keys' } }): Promise<Stack> => {
  const stack = await startStack(config);
  stacks.push(stack);
  return stack;
};
const closeAll = async (): Promise<void> => {
  for (const stack of stacks.splice(0)) await stack.close();
};

const gatewayOf = ({ server }: Stack): Gateway => server.host.current();
const makeKey = (stack: Stack, role: Role, models?: readonly string[]): CreatedKey =>
  gatewayOf(stack).keys.create({ name: `${role}-${Math.random()}`, role, models });
const withKey = ({ key }: CreatedKey): Record<string, string> => ({ 'x-api-key': key });

describe('every route', () => {
  let stack: Stack;
  const keys = new Map<Role, CreatedKey>();

  beforeAll(async () => {
    stack = await start();
    for (const role of ['client', 'viewer', 'admin'] as const) keys.set(role, makeKey(stack, role));
  });
  afterAll(closeAll);

  const call = async (method: string, path: string, headers: Record<string, string>): Promise<number> => {
    const url = `${stack.url}${path.replace('*', 'nonesuch/m').replace(':id', 'key_nonesuch')}`;
    const response = await fetch(url, { method, headers: { ...fromElsewhere, ...headers } });
    await response.arrayBuffer();
    return response.status;
  };

  it('is in the table above', async () => {
    const app = createServer(stack.server.host);
    await app.ready();
    const found = routes.filter(([method, url]) => app.hasRoute({ method: method as 'GET', url }));
    const methods = [...app.printRoutes({ commonPrefix: false }).matchAll(/\(([A-Z, ]+)\)/g)]
      .flatMap(([, list = '']) => (list.includes('GET') ? list.replace('HEAD', '') : list).split(', '))
      .filter((method) => method.trim() !== '');
    await app.close();
    expect([found.length, methods.length]).toEqual([routes.length, routes.length]);
  });

  it.each(routes)('%s %s asks for a key unless it is public', async (method, path, role) => {
    expect((await call(method, path, {})) === 401).toBe(role !== 'public');
  });

  it.each(routes)('%s %s is for %s and whoever may do more', async (method, path, role) => {
    const refused: string[] = [];
    for (const [held, key] of keys) if ((await call(method, path, withKey(key))) === 403) refused.push(held);
    const less = { public: [], client: [], viewer: ['client'], admin: ['client', 'viewer'] };
    expect(refused).toEqual(less[role]);
  });

  it('says what role is lacking', async () => {
    const key = makeKey(stack, 'client');
    const response = await fetch(`${stack.url}/api/admin/audit`, { headers: withKey(key) });
    expect(await response.json()).toMatchObject({
      error: {
        code: 'forbidden',
        message: `This is not allowed: this needs a gateway key with the role admin, and the key ${key.name} has the role client`,
      },
    });
  });
});

describe('a route', () => {
  afterEach(closeAll);

  const boot = async (add: (app: FastifyInstance) => void): Promise<void> => {
    const app = fastify();
    requireRoles(app, (await start()).server.host);
    try {
      add(app);
      await app.ready();
    } finally {
      await app.close();
    }
  };

  it('that declares no role does not boot', async () => {
    await expect(boot((app) => void app.get('/new', async () => 'x'))).rejects.toThrow(
      'the route GET /new does not declare who may call it',
    );
  });

  it('with a role that does not exist does not boot', async () => {
    const config = { role: 'root' as Role };
    await expect(boot((app) => void app.get('/new', { config }, async () => 'x'))).rejects.toThrow(
      'the route GET /new does not declare who may call it',
    );
  });

  it('by which an administrator changes something does not boot without a name for the audit log', async () => {
    const config = { role: 'admin' } as const;
    await expect(boot((app) => void app.post('/new', { config }, async () => 'x'))).rejects.toThrow(
      'the route POST /new does not declare what the audit log is to call it',
    );
  });

  it('that is public knows nobody', async () => {
    const app = fastify();
    requireRoles(app, (await start()).server.host);
    app.get('/new', { config: { role: 'public' } }, async (request) => callerOf(request).id);
    const response = await app.inject({ url: '/new' });
    await app.close();
    expect([response.statusCode, response.body]).toEqual([
      500,
      expect.stringContaining('nobody was asked who calls /new'),
    ]);
  });
});

describe('/metrics', () => {
  afterEach(closeAll);

  it.each([
    [{}, 200],
    [fromElsewhere, 401],
    [{ host: 'rebound.example' }, 401],
  ])('with %j is answered with %d where nobody has a key', async (headers, status) => {
    const stack = await start();
    // Other clients do not let anybody choose the Host header.
    const asked = get(`${stack.url}/metrics`, { headers });
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(status);
  });
});

describe('keys by hand', () => {
  afterEach(closeAll);

  const send = async (
    stack: Stack,
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: object,
  ): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> => {
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`${stack.url}/api/admin/keys${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('are made, listed, rotated and revoked', async () => {
    const stack = await start();
    const admin = withKey(makeKey(stack, 'admin'));
    const made = await send(stack, 'POST', '', admin, { name: 'ci', models: ['chat/*'], expires: '30d' });
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ name: 'ci', role: 'client', models: ['chat/*'], key: expect.any(String) }),
    ]);
    const first = { 'x-api-key': String(made.body['key']) };
    const rotated = await send(stack, 'POST', '/ci/rotate', admin, { grace: '1h' });
    const second = { 'x-api-key': String(rotated.body['key']) };
    const statusWith = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${stack.url}/v1/models`, { headers })).status;
    expect([await statusWith(first), await statusWith(second)]).toEqual([200, 200]);
    const listed = await send(stack, 'GET', '', admin);
    expect(JSON.stringify(listed.body)).not.toContain(second['x-api-key']);
    expect(listed.body['keys']).toContainEqual(expect.objectContaining({ id: made.body['id'], name: 'ci' }));
    expect((await send(stack, 'DELETE', `/${String(made.body['id'])}`, admin)).status).toBe(200);
    expect([await statusWith(first), await statusWith(second)]).toEqual([401, 401]);
  });

  it.each([
    ['POST', '', { name: 'ci', role: 'root' }, 400],
    ['POST', '', { name: 'ci', models: ['gtp-fake'] }, 400],
    ['DELETE', '/nobody', undefined, 404],
    ['POST', '/nobody/rotate', undefined, 404],
  ])('are refused what cannot be: %s %s %j', async (method, path, body, status) => {
    const stack = await start();
    expect((await send(stack, method, path, withKey(makeKey(stack, 'admin')), body)).status).toBe(status);
  });

  it('are made by whoever is on this machine in open mode', async () => {
    const stack = await start({});
    expect((await send(stack, 'POST', '', {}, { name: 'ci' })).status).toBe(201);
  });

  it('are not made by a web page that a browser on this machine shows', async () => {
    const stack = await start({});
    const { status } = await send(stack, 'POST', '', { origin: 'https://evil.example' }, { name: 'ci' });
    expect([status >= 400, gatewayOf(stack).keys.list()]).toEqual([true, []]);
  });
});

describe('the audit log', () => {
  afterEach(closeAll);

  const read = async (stack: Stack, admin: CreatedKey, query = ''): Promise<AuditPage> =>
    (await fetch(`${stack.url}/api/admin/audit${query}`, { headers: withKey(admin) })).json() as Promise<AuditPage>;

  it('says who did what, from where, and what came of it', async () => {
    const stack = await start();
    const [admin, viewer] = [makeKey(stack, 'admin'), makeKey(stack, 'viewer')];
    const act = async (method: string, path: string, by?: CreatedKey, body?: object): Promise<void> => {
      const headers = by && withKey(by);
      const response = await fetch(stack.url + path, {
        method,
        ...(headers && { headers }),
        ...(body && { body: JSON.stringify(body) }),
      });
      await response.arrayBuffer();
    };
    await act('POST', '/api/admin/keys', admin, { name: 'ci' });
    await act('POST', '/api/admin/keys/ci/rotate', admin);
    await act('DELETE', '/api/admin/keys/ci', viewer);
    await act('DELETE', '/api/admin/keys/nobody', admin);
    await act('DELETE', '/api/admin/keys/ci');
    await act('POST', '/api/admin/breakers/chat/gpt-fake/open', admin);
    await act('DELETE', '/api/admin/cache?tag=docs', admin);
    await act('POST', '/api/admin/cache/warm', admin);
    const { entries } = await read(stack, admin);
    const ci = gatewayOf(stack)
      .keys.list()
      .find(({ name }) => name === 'ci');
    expect(
      entries.map(({ actorName, action, subject, result, reason }) => [actorName, action, subject, result, reason]),
    ).toEqual([
      [admin.name, 'cache.warm', undefined, 'done', undefined],
      [admin.name, 'cache.clear', 'tag=docs', 'done', undefined],
      [admin.name, 'breakers.set', 'chat/gpt-fake/open', 'done', undefined],
      [admin.name, 'keys.revoke', 'nobody', 'refused', 'status 404'],
      [viewer.name, 'keys.revoke', 'ci', 'refused', 'status 403'],
      [admin.name, 'keys.rotate', 'ci', 'done', undefined],
      [admin.name, 'keys.create', ci?.id, 'done', undefined],
    ]);
    expect(entries[0]).toMatchObject({ actorId: admin.id, origin: '127.0.0.1', atMs: expect.any(Number) });
  });

  it('is read a page at a time', async () => {
    const stack = await start();
    const admin = makeKey(stack, 'admin');
    for (let count = 0; count < 3; count += 1) {
      await fetch(`${stack.url}/api/admin/cache`, { method: 'DELETE', headers: withKey(admin) });
    }
    const first = await read(stack, admin, '?limit=2');
    const second = await read(stack, admin, `?limit=2&before=${first.next}`);
    expect([first.entries.length, second.entries.length, second.next]).toEqual([2, 1, undefined]);
  });

  it.each(['limit=0', 'limit=many', 'before=-1', 'limit=1001'])('refuses %s', async (query) => {
    const stack = await start();
    const response = await fetch(`${stack.url}/api/admin/audit?${query}`, {
      headers: withKey(makeKey(stack, 'admin')),
    });
    expect(response.status).toBe(400);
  });

  it('never holds a key', async () => {
    const stack = await start();
    const admin = makeKey(stack, 'admin');
    const response = await fetch(`${stack.url}/api/admin/keys`, {
      method: 'POST',
      headers: withKey(admin),
      body: JSON.stringify({ name: 'ci' }),
    });
    const { key } = (await response.json()) as CreatedKey;
    const text = JSON.stringify(await read(stack, admin));
    expect([text.includes(key), text.includes(admin.key)]).toEqual([false, false]);
  });
});

describe('somebody who tries keys', () => {
  afterEach(closeAll);

  it('has to wait after ten, whatever they ask for, and a good key passes all the same', async () => {
    const stack = await start();
    const statuses: number[] = [];
    let last: Response | undefined;
    for (let count = 0; count < 12; count += 1) {
      last = await fetch(`${stack.url}/v1/models`, { headers: { 'x-api-key': `claudette-guess${count}` } });
      statuses.push(last.status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(`${stack.url}/v1/models`, { headers: withKey(makeKey(stack, 'client')) })).status).toBe(200);
    expect(stack.observations.filter(({ kind }) => kind === 'auth-failed').length).toBe(12);
    const { text } = await gatewayOf(stack).metricsText();
    expect(text).toContain('claudette_auth_failures_total{reason="unknown"} 12');
  });

  it('is not listened to in a URL', async () => {
    const stack = await start();
    const { key } = makeKey(stack, 'client');
    const response = await fetch(`${stack.url}/v1beta/models?key=${key}`);
    expect([response.status, await response.text()]).toEqual([401, expect.stringContaining('a key in the URL')]);
  });
});

describe('a key for some models only', () => {
  afterEach(closeAll);

  const aliases = { both: ['claude/claude-fake', 'chat/gpt-fake'], other: ['claude/claude-fake'] };
  const begin = async (): Promise<{ stack: Stack; headers: Record<string, string> }> => {
    const stack = await start({ auth: { mode: 'keys' }, aliases });
    return { stack, headers: withKey(makeKey(stack, 'client', ['chat/*'])) };
  };

  it('is shown no others', async () => {
    const { stack, headers } = await begin();
    const list = (await (await fetch(`${stack.url}/v1/models`, { headers })).json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual(['auto', 'both', 'gpt-fake', 'chat/gpt-fake']);
    const one = async (id: string): Promise<number> =>
      (await fetch(`${stack.url}/v1/models/${id}`, { headers })).status;
    expect([await one('chat/gpt-fake'), await one('claude/claude-fake')]).toEqual([200, 404]);
  });

  it.each([
    ['openai-chat', 'other', { error: { code: 'model_not_allowed', type: 'permission_error' } }],
    ['openai-responses', 'claude/claude-fake', { error: { code: 'model_not_allowed' } }],
    ['anthropic-messages', 'claude-fake', { type: 'error', error: { type: 'permission_error' } }],
    ['gemini', 'claude-fake', { error: { status: 'PERMISSION_DENIED' } }],
  ] as const)('is refused another in the dialect %s', async (dialect, model, body) => {
    const { stack, headers } = await begin();
    const response = await ask(stack, { dialect, model, headers });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject(body);
    expect(stack.claude.count()).toBe(0);
  });

  it.each(['auto', 'both', 'gpt-fake', 'chat/gpt-unlisted'])('is answered by what it may use: %s', async (model) => {
    const { stack, headers } = await begin();
    for (let count = 0; count < 3; count += 1) {
      const response = await ask(stack, { dialect: 'openai-chat', model, headers, content: `say ${count}` });
      await response.text();
      expect([response.status, response.headers.get('x-claudette-backend')]).toEqual([200, 'chat']);
    }
  });

  it('is not answered by another when its own fails', async () => {
    const { stack, headers } = await begin();
    stack.chat.behave([
      { kind: 'status', status: 500 },
      { kind: 'status', status: 500 },
      { kind: 'status', status: 500 },
    ]);
    const response = await ask(stack, { dialect: 'openai-chat', model: 'both', headers });
    await response.text();
    expect([response.ok, stack.claude.count()]).toEqual([false, 0]);
  });
});
