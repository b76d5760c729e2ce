import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Clock } from '@claudette/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { storeContract } from '../__fixtures__/store-contract.js';
import { startSecretService } from '../__fixtures__/start-keyring.js';
import type { SecretService } from '../__fixtures__/start-keyring.js';
import { createSecret, reveal } from '../secret.js';
import type { CredentialStore } from '../credential-store.js';
import { createKeychainStore } from './keychain-store.js';

const clock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

const isLinux = process.platform === 'linux';
const onLinux = isLinux ? describe : describe.skip;
const commands = ['dbus-run-session', 'gnome-keyring-daemon', 'secret-tool'];
const missing = commands.filter((command) => spawnSync(command, ['--version']).error !== undefined);
const mustRun = process.env['CLAUDETTE_TEST_REQUIRE'] === 'all';
const withSecretService = isLinux && (missing.length === 0 || mustRun) ? describe : describe.skip;

const run = promisify(execFile);

onLinux('a session bus', () => {
  let folder: string;
  let server: Server;
  const sockets = new Set<Socket>();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'claudette-bus-'));
    server = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => void server.listen(join(folder, 'bus'), resolve));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (address: string): CredentialStore =>
    createKeychainStore({ clock, timeoutMs: 700, environment: { DBUS_SESSION_BUS_ADDRESS: address, HOME: folder } });

  it('that never answers costs no more than the time limit, and stops nothing else', async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 20);
    await expect(open(`unix:path=${join(folder, 'bus')}`).get('lab')).rejects.toMatchObject({
      detail: 'the Secret Service cannot be used: no answer within 700 ms; it may be waiting to be unlocked',
    });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
  });

  it('that is not there is a reason', async () => {
    await expect(open(`unix:path=${join(folder, 'absent')}`).get('lab')).rejects.toMatchObject({
      code: 'configuration_invalid',
      detail: expect.stringMatching(/^the Secret Service cannot be used: .*DBus/),
    });
  });
});

// Skipped where dbus, gnome-keyring or libsecret-tools are missing.
withSecretService('the Secret Service (needs dbus-run-session, gnome-keyring-daemon and secret-tool)', () => {
  let service: SecretService;
  beforeAll(async () => void (service = await startSecretService('the keyring password')), 30_000);
  afterAll(() => service.stop());

  const open = (name: string): CredentialStore =>
    createKeychainStore({ clock, service: name, environment: service.environment, timeoutMs: 20_000 });

  it.each(storeContract.map(({ name, run: check }, index) => ({ name, check, index })))(
    '$name',
    async ({ check, index }) => {
      await check(() => open(`claudette-test-${index}`));
    },
    60_000,
  );

  it('shows other programs what was set, and gives what they set', async () => {
    const { environment } = service;
    await open('claudette').set(new Map([['ours', createSecret('value-of-ours')]]));
    const lookup = await run('secret-tool', ['lookup', 'service', 'claudette', 'username', 'ours'], {
      env: environment,
    });
    expect(lookup.stdout).toBe('value-of-ours');
    const storing = run('secret-tool', ['store', '--label=x', 'service', 'claudette', 'username', 'theirs'], {
      env: environment,
    });
    storing.child.stdin?.end('value-of-theirs');
    await storing;
    const secret = await open('claudette').get('theirs');
    expect(secret && reveal(secret)).toBe('value-of-theirs');
  });

  it('keeps it into the next session, and says so when that one is locked', async () => {
    await open('claudette').set(new Map([['kept', createSecret('value-kept')]]));
    await service.restart('the keyring password');
    const secret = await open('claudette').get('kept');
    expect(secret && reveal(secret)).toBe('value-kept');
    await service.restart('another password');
    await expect(open('claudette').get('kept')).rejects.toMatchObject({
      detail: expect.stringMatching(/^the Secret Service cannot be used: /),
    });
  }, 60_000);
});
