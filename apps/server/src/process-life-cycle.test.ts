import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider, eventually } from '@claudette/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { buildServer } from './__fixtures__/built-server.js';
import type { BuiltServer } from './__fixtures__/built-server.js';
import { ask, readStream } from './__fixtures__/raw-client.js';

let built: BuiltServer;
let provider: FakeProvider;

beforeAll(async () => {
  built = buildServer();
  provider = await createFakeProvider();
}, 120_000);
afterEach(() => {
  built.killAll();
  provider.reset();
});
afterAll(async () => {
  await provider.close();
  built.remove();
});

const patient = { connectMs: 20_000, firstContentMs: 60_000, idleMs: 60_000, totalMs: 120_000 };
const lab = () => ({
  provider: 'openai-compatible',
  baseUrl: `${provider.url}/v1`,
  models: ['m'],
  timeouts: patient,
});
const STACK = /\n\s+at /;

describe('SIGTERM with 500 open streams', () => {
  it('lets those finish that can, ends the others with a typed error, and exits with 0', async () => {
    // Every second one drips on beyond the signal and ends within the drain; the others never end by themselves.
    let count = 0;
    provider.behave(() => {
      count += 1;
      return count % 2 === 0 ? { kind: 'slow-drip', everyMs: 700 } : { kind: 'stall' };
    });
    const started = built.start({
      server: { port: 0, drainTimeoutMs: 8_000 },
      backends: { lab: lab() },
      cache: { enabled: false },
      logging: { level: 'error' },
    });
    const stack = await started.listening();
    const streams = await Promise.all(
      Array.from({ length: 500 }, () => ask(stack, { dialect: 'openai-chat', model: 'lab/m', stream: true })),
    );
    started.child.kill('SIGTERM');
    const seen = await Promise.all(streams.map((response) => readStream(response, 'openai-chat')));
    const finished = seen.filter(({ stopped, failed }) => stopped && !failed);
    const told = seen.filter(({ stopped, failed, raw }) => !stopped && failed && raw.includes('shutting down'));
    expect(finished.length + told.length).toBe(500);
    expect(told.length).toBeGreaterThanOrEqual(250);
    expect(finished.length).toBeGreaterThan(0);
    expect(await started.exit).toBe(0);
    expect(started.output()).not.toContain('still open');
  }, 90_000);
});

describe('the end of the server', () => {
  it('is announced by /ready while requests still pass', async () => {
    const started = built.start({ server: { port: 0, readinessDelayMs: 2_000 }, backends: { lab: lab() } });
    const stack = await started.listening();
    started.child.kill('SIGTERM');
    await eventually(() => started.output().includes('Draining'));
    const ready = await fetch(`${stack.url}/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      ready: false,
      parts: expect.arrayContaining([expect.objectContaining({ part: 'process', ok: false })]),
    });
    expect((await ask(stack, { dialect: 'openai-chat', model: 'lab/m' })).status).toBe(200);
    expect(await started.exit).toBe(0);
  }, 60_000);

  it('comes by itself: nothing is left that keeps the process alive', async () => {
    const started = built.start({ server: { port: 0 }, backends: { lab: lab() } });
    const stack = await started.listening();
    await (await ask(stack, { dialect: 'openai-chat', model: 'lab/m' })).text();
    await readStream(await ask(stack, { dialect: 'openai-chat', model: 'lab/m', stream: true }), 'openai-chat');
    started.child.kill('SIGTERM');
    expect(await started.exit).toBe(0);
    expect(started.output()).not.toContain('still open');
  }, 60_000);

  it('does not come when nobody reads its output any more', async () => {
    const started = built.start({ server: { port: 0 }, backends: { lab: lab() } });
    const stack = await started.listening();
    started.child.stdout?.destroy();
    started.child.stderr?.destroy();
    const bodies = await Promise.all([1, 2, 3].map(() => ask(stack, { dialect: 'openai-chat', model: 'lab/m' })));
    expect(bodies.map(({ status }) => status)).toEqual([200, 200, 200]);
    started.child.kill('SIGTERM');
    expect(await started.exit).toBe(0);
  }, 60_000);
});

describe('an error that nobody caught', () => {
  /** A fault inside the process, whenever it is told so by a signal. */
  const withFault = (text: string): string[] => {
    const file = join(built.folder, 'fault.mjs');
    writeFileSync(file, `process.on('SIGUSR2', () => { ${text} });`);
    return ['--import', pathToFileURL(file).href];
  };
  const faults = {
    'a thrown error': "throw new Error('boom canary-value-9876543210');",
    'a rejected promise': "void Promise.reject(new Error('boom canary-value-9876543210'));",
  };
  const crash = async (fault: string, level: string) => {
    const started = built.start(
      { server: { port: 0 }, backends: { lab: { ...lab(), apiKey: 'env:LAB_KEY' } }, logging: { level } },
      { flags: withFault(fault), environment: { LAB_KEY: 'canary-value-9876543210' } },
    );
    const stack = await started.listening();
    await (await ask(stack, { dialect: 'openai-chat', model: 'lab/m' })).text();
    started.child.kill('SIGUSR2');
    return { code: await started.exit, output: started.output() };
  };

  it.each(Object.entries(faults))(
    'is logged without secrets and without a stack, and ends the process with 1: %s',
    async (_name, fault) => {
      const { code, output } = await crash(fault, 'info');
      expect(code).toBe(1);
      expect(output).toContain('an error that nobody handled');
      expect(output).toContain('boom');
      expect(output).not.toContain('canary-value');
      expect(output).not.toMatch(STACK);
      expect(output).not.toContain('fault.mjs');
    },
    60_000,
  );

  it('is logged with its stack at debug', async () => {
    const { code, output } = await crash(faults['a thrown error'], 'debug');
    expect(code).toBe(1);
    expect(output).toContain('fault.mjs');
    expect(output).not.toContain('canary-value');
  }, 60_000);
});
