import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createFakeProvider } from '@claudette/testing';
import type { FakeProvider } from '@claudette/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runWithGateway } from '../__fixtures__/run-with-gateway.js';
import { runInProcess } from '../__fixtures__/run-in-process.js';
import type { Finished } from '../__fixtures__/run-in-process.js';

const KEY = 'sk-canary-0123456789abcdef';
const PASSPHRASE = 'correct horse battery';

let provider: FakeProvider;
let home: Home;
beforeAll(async () => void (provider = await createFakeProvider()));
afterAll(() => provider.close());
beforeEach(() => {
  const lab = { provider: 'openai-compatible', baseUrl: `${provider.url}/v1`, models: ['m'], apiKey: 'credential:lab' };
  home = createHome({ backends: { lab } });
});
afterEach(() => {
  provider.reset();
  home.remove();
});

const file = (): string => join(home.folder, 'data/claudette/credentials.enc');

interface Surroundings {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Whatever it does, no output ever holds the key. */
async function run(args: readonly string[], { input, environment = {} }: Surroundings = {}): Promise<Finished> {
  const set = { CLAUDETTE_PASSPHRASE: PASSPHRASE, ...environment };
  const there = { ...home, environment: { ...home.environment, ...set } };
  const finished = await runInProcess(args, { home: there, ...(input !== undefined && { input }) });
  expect(finished.out + finished.err).not.toContain('sk-canary');
  return finished;
}

const set = (name = 'lab', input = KEY): Promise<Finished> => run(['credentials', 'set', name], { input });

describe('claudette credentials set', () => {
  it('stores what is piped in, in the first place that can be used, and says which was passed over', async () => {
    const { code, out, err } = await set();
    expect({ code, out }).toEqual({ code: 0, out: 'added in file: lab\n' });
    expect(err).toBe(
      'the Secret Service cannot be used: there is no session bus (DBUS_SESSION_BUS_ADDRESS is not set)\n',
    );
    expect(readFileSync(file(), 'utf8')).not.toContain('sk-canary');
  });

  it('tells a new value from the same one', async () => {
    await set();
    expect((await set()).out).toBe('unchanged in file: lab\n');
    expect((await set('lab', 'another-value')).out).toBe('changed in file: lab\n');
  });

  it('says as JSON what changed', async () => {
    const { out } = await run(['credentials', 'set', 'lab', '--store', 'file', '--json'], { input: KEY });
    expect(JSON.parse(out)).toEqual({ source: 'file', added: ['lab'], changed: [], unchanged: [], problems: [] });
  });

  it.each([
    [['lab', KEY], 'a value on the command line is seen by every user'],
    [[`lab=${KEY}`], 'a value on the command line is seen by every user'],
    [[KEY], 'the name looks like a key'],
    [['1 2'], 'a credential is named by letters'],
  ])('refuses a value, and a name that is none, and never repeats it: case %#', async (words, said) => {
    const { code, out, err } = await run(['credentials', 'set', ...words], { input: KEY });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(said);
    expect(existsSync(file())).toBe(false);
  });

  it.each([
    ['', 'the value is empty'],
    ['\n', 'the value is empty'],
    [`A=${KEY}\nB=2`, 'several lines'],
  ])('refuses %j', async (input, said) => {
    expect(await run(['credentials', 'set', 'lab'], { input })).toMatchObject({
      code: 2,
      err: expect.stringContaining(said),
    });
  });

  it('fails with 3 and the reason of each place when none can be used', async () => {
    const { code, err } = await run(['credentials', 'set', 'lab'], {
      input: KEY,
      environment: { CLAUDETTE_PASSPHRASE: '' },
    });
    expect(code).toBe(3);
    expect(err).toMatch(/no session bus.*; .*set CLAUDETTE_PASSPHRASE, or CLAUDETTE_PASSPHRASE_FILE/);
  });

  it('fails with 3 for a place that the configuration leaves out', async () => {
    home.configure({ credentials: { sources: ['env', 'keychain'] } });
    const { code, err } = await run(['credentials', 'set', 'lab', '--store', 'file'], { input: KEY });
    expect(code).toBe(3);
    expect(err).toContain('credentials.sources is env, keychain: it has no file');
  });

  it('changes nothing with a wrong passphrase', async () => {
    await set();
    const before = readFileSync(file(), 'utf8');
    const environment = { CLAUDETTE_PASSPHRASE: 'another passphrase' };
    const { code, err } = await run(['credentials', 'set', 'lab'], { input: 'another-value', environment });
    expect(code).toBe(3);
    expect(err).toContain('does not open with this passphrase');
    expect(readFileSync(file(), 'utf8')).toBe(before);
  });

  it('takes the passphrase from a file', async () => {
    const environment = { CLAUDETTE_PASSPHRASE: '', CLAUDETTE_PASSPHRASE_FILE: home.write('key', `${PASSPHRASE}\n`) };
    expect((await run(['credentials', 'set', 'lab'], { input: KEY, environment })).code).toBe(0);
    expect((await run(['credentials', 'list'])).out).toContain('lab');
  });
});

describe('claudette credentials list', () => {
  it('shows name, source and fingerprint, of variables that are used too', async () => {
    await set();
    const { code, out } = await run(['credentials', 'list'], { environment: { OPENAI_API_KEY: KEY } });
    expect(code).toBe(0);
    expect(out).toMatch(/^NAME +SOURCE +FINGERPRINT\nOPENAI_API_KEY +env +([0-9a-f]{8})\nlab +file +\1\n$/);
  });

  it('answers to its other name, as JSON', async () => {
    await set();
    const { out } = await run(['api-keys', 'list', '--json']);
    expect(JSON.parse(out)).toEqual([
      { name: 'lab', source: 'file', fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/) },
    ]);
  });

  it('leaves the environment out where the configuration does', async () => {
    home.configure({ credentials: { sources: ['file'] } });
    expect((await run(['credentials', 'list', '--json'], { environment: { OPENAI_API_KEY: KEY } })).out).toBe('[]\n');
  });

  it('shows what can be read, and fails for a file that cannot', async () => {
    await set();
    writeFileSync(file(), readFileSync(file(), 'utf8').replace('scrypt', 'Scrypt'));
    const { code, out, err } = await run(['credentials', 'list'], { environment: { OPENAI_API_KEY: KEY } });
    expect(code).toBe(3);
    expect(out).toContain('OPENAI_API_KEY');
    expect(err).toContain('credentials.enc is damaged');
  });
});

describe('claudette credentials remove', () => {
  it('forgets the credential and says where it was', async () => {
    await set();
    expect(await run(['credentials', 'remove', 'lab'])).toMatchObject({ code: 0, out: 'removed lab from file\n' });
    expect((await run(['credentials', 'list', '--json'])).out).toBe('[]\n');
  });

  it('fails with 1 when there is none', async () => {
    await set();
    expect(await run(['credentials', 'remove', 'nobody'])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('there is no credential of this name'),
    });
  });

  it('fails with 3 when the file cannot be opened', async () => {
    await set();
    const environment = { CLAUDETTE_PASSPHRASE: 'another passphrase' };
    expect((await run(['credentials', 'remove', 'lab'], { environment })).code).toBe(3);
  });
});

describe('claudette credentials import', () => {
  it('stores lines from a file and from standard input, and says what changed', async () => {
    const path = home.write('.env', `# keys\nexport OPENAI_API_KEY="${KEY}"\nlab=one\n`);
    expect((await run(['credentials', 'import', path])).out).toBe('added in file: OPENAI_API_KEY, lab\n');
    expect((await run(['credentials', 'import'], { input: `lab=two\nOPENAI_API_KEY=${KEY}\nnew=3` })).out).toBe(
      'added in file: new\nchanged in file: lab\nunchanged in file: OPENAI_API_KEY\n',
    );
  });

  it('stores nothing when one line is wrong', async () => {
    const { code, err } = await run(['credentials', 'import'], { input: `A=${KEY}\n${KEY}` });
    expect(code).toBe(2);
    expect(err).toContain('line 2 is not NAME=VALUE; nothing was changed');
    expect(existsSync(file())).toBe(false);
  });

  it('says that there was nothing', async () => {
    expect((await run(['credentials', 'import'], { input: '# nothing\n' })).out).toBe('there was nothing to store\n');
  });

  it.each([[['/nowhere/.env']], [[]]])('needs a file or standard input: %j', async (words) => {
    expect((await run(['credentials', 'import', ...words])).code).toBe(2);
  });
});

describe('claudette credentials test', () => {
  it('asks the backend with the stored credential', async () => {
    await set();
    const { code, out } = await run(['credentials', 'test', 'lab']);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'CREDENTIAL      BACKEND  RESULT\ncredential:lab  lab      accepted\n',
    });
    expect(provider.calls.map(({ method, headers }) => [method, headers['authorization']])).toEqual([
      ['GET', `Bearer ${KEY}`],
    ]);
  });

  it('tests all that backends use, and fails with 4 when one is refused', async () => {
    await set();
    provider.behave(() => ({ kind: 'status', status: 401 }));
    const { code, out, err } = await run(['credentials', 'test', '--json']);
    expect(code).toBe(4);
    expect(JSON.parse(out)).toEqual([
      { reference: 'credential:lab', backend: 'lab', ok: false, said: 'its credential is refused (status 401)' },
    ]);
    expect(err).toContain('not accepted: credential:lab at lab');
  });

  it('says where a credential that is not there was looked for', async () => {
    const { code, out } = await run(['credentials', 'test', 'lab']);
    expect(code).toBe(4);
    expect(out).toMatch(
      /not ok: credential:lab is not there; store it with claudette credentials set lab; .*no session bus/,
    );
  });

  it('refuses a name that no backend uses', async () => {
    expect(await run(['credentials', 'test', 'nobody'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no backend uses a credential of this name'),
    });
  });

  it('has nothing to do where no backend needs a credential', async () => {
    home.configure({ backends: { demo: { provider: 'demo', models: ['demo-1'] } } });
    expect(await run(['credentials', 'test'])).toMatchObject({ code: 0, out: 'no backend uses a credential\n' });
  });
});

describe('what is done to credentials', () => {
  it('is in the audit log, whatever came of it, without a value', async () => {
    await set();
    await run(['credentials', 'import'], { input: `OTHER=${KEY}` });
    await run(['credentials', 'remove', 'lab']);
    await run(['credentials', 'remove', 'nobody']);
    await run(['credentials', 'set', `lab=${KEY}`]);
    await run(['credentials', 'set', KEY], { input: KEY });
    await run(['credentials', 'list']);
    const { entries } = await runWithGateway(home, (gateway) => gateway.audit.page({ limit: 10 }));
    expect(entries.map(({ action, subject, result }) => [action, subject, result])).toEqual([
      ['credentials.set', '***', 'refused'],
      ['credentials.remove', 'nobody', 'refused'],
      ['credentials.remove', 'lab', 'done'],
      ['credentials.import', undefined, 'done'],
      ['credentials.set', 'lab', 'done'],
    ]);
    expect(entries[0]).toMatchObject({ actorId: 'local', origin: 'command line' });
  });

  it('is not done where it cannot be noted', async () => {
    home.write('data', 'a file where a folder should be');
    const { code, err } = await set();
    expect([code, err]).toEqual([3, expect.stringContaining('cannot be opened')]);
  });
});

describe('a stored credential', () => {
  it('is what a prompt is sent with', async () => {
    await set();
    expect(await run(['hello', '--no-cache'], { input: '' })).toMatchObject({ code: 0 });
    expect(provider.calls.at(-1)?.headers['authorization']).toBe(`Bearer ${KEY}`);
  });

  it('that is missing fails with 4 and says what to do', async () => {
    home.configure({
      backends: {
        lab: { provider: 'openai-compatible', baseUrl: `${provider.url}/v1`, models: ['m'], apiKey: 'credential:lab' },
      },
      credentials: { sources: ['file'] },
      routing: { maxAttempts: 1 },
    });
    const { code, err } = await run(['hello', '--no-cache'], { input: '' });
    expect(code).toBe(4);
    expect(err).toContain('claudette credentials set lab');
  });
});
