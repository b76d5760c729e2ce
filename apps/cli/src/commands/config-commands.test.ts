import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runInProcess } from '../__fixtures__/run-in-process.js';
import type { Finished } from '../__fixtures__/run-in-process.js';

const lab = {
  provider: 'openai-compatible',
  baseUrl: 'http://me:hunter2@127.0.0.1:9/v1',
  models: ['m'],
  headers: { 'x-team': 'hunter2' },
};

let home: Home;
beforeEach(() => void (home = createHome({ backends: { lab }, server: { port: 1234 } })));
afterEach(() => home.remove());

const run = (args: readonly string[], environment: Record<string, string> = {}): Promise<Finished> =>
  runInProcess(['config', ...args], { home: { ...home, environment: { ...home.environment, ...environment } } });
const userFile = (): string => join(home.folder, 'config/claudette/config.json');

describe('claudette config show', () => {
  it('has every value with where it comes from', async () => {
    const { code, out } = await run(['show'], { CLAUDETTE_CACHE_TTL_SECONDS: '60' });
    expect(code).toBe(0);
    expect(out).toMatch(/^KEY +VALUE +FROM$/m);
    expect(out).toMatch(/^server\.host +127\.0\.0\.1 +default$/m);
    expect(out).toMatch(/^server\.port +1234 +file .*config\.json$/m);
    expect(out).toMatch(/^cache\.ttlSeconds +60 +environment CLAUDETTE_CACHE_TTL_SECONDS$/m);
    expect(out).toMatch(/^backends\.lab\.models +\["m"\] +file/m);
  });

  it('hides secrets', async () => {
    const { out } = await run(['show']);
    expect(out).toMatch(/^backends\.lab\.headers\.x-team +\*\*\* +file/m);
    expect(out).toMatch(/^backends\.lab\.baseUrl +http:\/\/\*\*\*@127\.0\.0\.1:9\/v1 +file/m);
    expect(out).not.toContain('hunter2');
  });

  it('has only what is asked for', async () => {
    const { out } = await run(['show', 'server.port', '--json']);
    expect(JSON.parse(out)).toEqual({
      files: [userFile()],
      values: [{ path: 'server.port', value: 1234, origin: `file ${userFile()}` }],
    });
    expect((await run(['show', 'auth'])).out).toMatch(/^KEY +VALUE +FROM\nauth\.mode +open +default\n$/);
  });

  it('reads the file that is named', async () => {
    const file = home.write('other.json', '{"server":{"port":77}}');
    expect((await run(['show', 'server.port', '--config', file])).out).toContain(`77     file ${file}`);
  });

  it('refuses a path that leads nowhere', async () => {
    expect(await run(['show', 'server.prot'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('the configuration has no server.prot'),
    });
  });

  it('shows nothing of a configuration that is wrong, but what is wrong', async () => {
    home.configure({ server: { port: -1 } });
    expect(await run(['show'])).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringContaining(`file ${userFile()}: server.port is -1: `),
    });
  });
});

describe('claudette config check', () => {
  it('says that all is well, and of which files', async () => {
    home.configure({ backends: { demo: { provider: 'demo', models: ['demo-1'] } } });
    expect(await run(['check'])).toEqual({ code: 0, out: `ok: ${userFile()}\n`, err: '' });
  });

  it('says that nothing but defaults is there', async () => {
    const file = home.write('empty.json', '{}');
    expect((await run(['check', file])).out).toBe(`ok: ${file}\n`);
    const { out } = await run(['check'], { XDG_CONFIG_HOME: join(home.folder, 'nowhere') });
    expect(out).toBe('ok: no file; the defaults\n');
  });

  it('tells all problems at once, each with where it is, and ends with 3', async () => {
    const file = home.write(
      'broken.json',
      JSON.stringify({
        server: { port: 70_000, hots: 'x' },
        backends: { lab: { ...lab, apiKey: 'hunter2', headers: { a: 7 } } },
      }),
    );
    const { code, out, err } = await run(['check', file], { CLAUDETTE_SERVER_PROT: '1', CLAUDETTE_CACHE_ENABLED: '7' });
    expect(code).toBe(3);
    expect(out.split('\n').sort()).toEqual([
      '',
      'wrong: environment CLAUDETTE_CACHE_ENABLED: cache.enabled is 7: Invalid input: expected boolean, received number',
      'wrong: environment CLAUDETTE_SERVER_PROT: names no configuration key; did you mean CLAUDETTE_SERVER_PORT?',
      expect.stringMatching(/^wrong: file .*broken\.json: backends\.lab\.apiKey is a value that is not shown: must be/),
      expect.stringMatching(/^wrong: file .*: backends\.lab\.headers\.a is a value that is not shown: /),
      `wrong: file ${file}: server.hots is not a known key; did you mean host?`,
      `wrong: file ${file}: server.port is 70000: Too big: expected number to be <=65535`,
    ]);
    expect(err).toBe('claudette: The configuration is not valid: 6 problems\n');
  });

  it.each([
    ['{ "server": ', 'is not JSON: line 1, column 13: expected a value'],
    ['[]', 'must hold a JSON object'],
    [JSON.stringify({ backends: { a: { provider: 'antropic', models: ['m'] } } }), 'did you mean anthropic?'],
  ])('tells what is wrong with %j', async (text, message) => {
    const file = home.write('broken.json', text);
    const { code, out, err } = await run(['check', file]);
    expect([code, out, err]).toEqual([
      3,
      expect.stringContaining(message),
      'claudette: The configuration is not valid: 1 problem\n',
    ]);
  });

  it('tells a file that is not there', async () => {
    expect(await run(['check', 'gone.json'])).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^wrong: file .*gone\.json: there is no such file\n$/),
    });
  });

  it('tells what is allowed but odd, and ends with 0', async () => {
    const file = home.write(
      'odd.json',
      '{"backends":{"lab":{"provider":"openai","apiKey":"env:GONE","models":["m"]}},"aliases":{"fast":["n"]},"aliases":{"fast":["n"]}}',
    );
    const { code, out } = await run(['check', file]);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      `odd: file ${file}: aliases stands there twice; the last one counts`,
      `odd: file ${file}: backends.lab.apiKey is env:GONE, but there is no environment variable GONE`,
      `odd: file ${file}: aliases.fast names n, which no enabled backend lists`,
      expect.stringContaining('backends.lab.models has no known price for m'),
      `ok: ${file}`,
      '',
    ]);
  });

  it('mends what is certain with --fix, says what, and tells what is left', async () => {
    const file = home.write('broken.json', '{"sever":{"port":"8080","port":"80"},"cache":{"enabled":"maybe"}}');
    const untouched = await run(['check', file]);
    expect([untouched.code, readFileSync(file, 'utf8')]).toEqual([3, expect.stringContaining('sever')]);
    const { code, out } = await run(['check', file, '--fix']);
    expect([code, out.split('\n').slice(0, 4)]).toEqual([
      3,
      [
        `mended: file ${file}: sever.port stands there once now, as it counted`,
        `mended: file ${file}: sever is called server now`,
        `mended: file ${file}: server.port is 80 instead of "80" now`,
        expect.stringContaining('wrong: '),
      ],
    ]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ server: { port: 80 }, cache: { enabled: 'maybe' } });
  });

  it('writes nothing with --fix where nothing is certain, through links as well', async () => {
    const file = home.write('real.json', '{ "server" : {"port":80} }');
    const link = join(home.folder, 'link.json');
    symlinkSync(file, link);
    expect(await run(['check', link, '--fix'])).toMatchObject({ code: 0, out: `ok: ${link}\n` });
    expect(readFileSync(file, 'utf8')).toBe('{ "server" : {"port":80} }');
    home.write('real.json', '{"server":{"prot":80}}');
    expect(JSON.parse((await run(['check', link, '--fix', '--json'])).out)).toMatchObject({
      mended: [{ path: link, mends: ['server.prot is called port now'] }],
      problems: [],
    });
    expect([readFileSync(file, 'utf8'), lstatSync(link).isSymbolicLink()]).toEqual([
      expect.stringContaining('port'),
      true,
    ]);
    expect(await run(['check', 'gone.json', '--fix'])).toMatchObject({ code: 3 });
  });

  it('says all of it as JSON', async () => {
    const file = home.write('broken.json', '{"server":{"port":-1}}');
    expect(JSON.parse((await run(['check', file, '--json'])).out)).toEqual({
      files: [file],
      problems: [
        { origin: `file ${file}`, path: 'server.port', message: expect.stringContaining('server.port is -1') },
      ],
      oddities: [],
    });
  });
});

describe('claudette config schema', () => {
  it('prints the JSON Schema, with descriptions and defaults', async () => {
    const { out } = await run(['schema']);
    expect(JSON.parse(out)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: { server: { properties: { port: { type: 'integer', default: 3000, maximum: 65_535 } } } },
    });
  });
});

describe('claudette config diff', () => {
  const write = (name: string, tree: object): string => home.write(name, JSON.stringify(tree));

  it('has what differs between two files, whatever the environment says', async () => {
    const left = write('a.json', { server: { port: 1 } });
    const right = write('b.json', { server: { port: 2 }, cache: { enabled: true } });
    const { code, out } = await run(['diff', left, right], { CLAUDETTE_SERVER_PORT: '5' });
    expect([code, out.split('\n')[1]]).toEqual([0, expect.stringMatching(/^server\.port +1 +2$/)]);
    expect(JSON.parse((await run(['diff', left, right, '--json'])).out)).toEqual([
      { path: 'server.port', left: 1, right: 2 },
    ]);
  });

  it('shows that secrets differ, but not how', async () => {
    const left = write('a.json', { backends: { lab } });
    const right = write('b.json', { backends: { lab: { ...lab, headers: { 'x-team': 'hunter3' } } } });
    const { out } = await run(['diff', left, right]);
    expect(out).toMatch(/^backends\.lab\.headers\.x-team +\*\*\* +\*\*\*$/m);
    expect(out).not.toContain('hunter');
  });

  it('says that there is no difference', async () => {
    const file = write('a.json', {});
    expect((await run(['diff', file, file])).out).toBe('no difference\n');
  });

  it.each([
    [[], 'what is compared?'],
    [['a.json'], 'what is compared?'],
    [['a.json', 'b.json', '--url', 'http://127.0.0.1:1'], 'a second file has no effect with --url'],
    [['a.json', '--url', 'nowhere'], 'Must be an address'],
  ])('refuses %j', async (args, why) => {
    const { code, err } = await run(['diff', ...args]);
    expect(code).toBe(2);
    if (!why.startsWith('Must')) expect(err).toContain(why);
  });
});

describe('claudette config diff --url', () => {
  let server: Server;
  let reply: { status: number; body: unknown };
  beforeEach(async () => {
    server = createServer((request, response) => {
      response.statusCode = request.url === '/api/admin/config' ? reply.status : 404;
      response.end(JSON.stringify(reply.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  it('has what differs between the running gateway and what would be loaded now', async () => {
    const { values } = JSON.parse((await run(['show', '--json'])).out) as { values: object[] };
    home.configure({ backends: { lab }, server: { port: 4321 } });
    reply = { status: 200, body: { values } };
    const { out, err } = await run(['diff', '--url', url()]);
    expect(out).toMatch(/^KEY +RUNNING +HERE\nserver\.port +1234 +4321\n$/);
    expect(err).toContain('Secrets are hidden, and not compared.');
  });

  it('reads the file that is named', async () => {
    reply = { status: 200, body: { values: [] } };
    const file = home.write('other.json', '{}');
    expect((await run(['diff', file, '--url', url()])).out).toMatch(new RegExp(`^KEY +RUNNING +${file}$`, 'm'));
  });

  it.each([
    [{ status: 200, body: {} }, 1, 'lists no values'],
    [{ status: 401, body: {} }, 4, 'asks for a gateway key'],
    [{ status: 500, body: {} }, 1, 'is it a gateway?'],
  ])('says that what answers is none: %j', async (answer, code, why) => {
    reply = answer;
    expect(await run(['diff', '--url', url()])).toMatchObject({ code, err: expect.stringContaining(why) });
  });
});
