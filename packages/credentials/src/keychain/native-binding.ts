import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

import type { Clock } from '@claudette/core';

import type { Environment } from '../environment-source.js';
import type { KeychainBinding } from './keychain-binding.js';
import { keychainScript } from './keychain-script.js';
import type { KeychainAnswer, KeychainRequest } from './keychain-script.js';

export interface NativeBindingOptions {
  readonly clock: Clock;
  /** Who the entries belong to. */
  readonly service: string;
  /** What the process that asks the keychain sees: the address of the session bus, the home folder. */
  readonly environment: Environment;
  /** Most time of one question, which may wait for a person to unlock the keychain. */
  readonly timeoutMs: number;
}

const NATIVE_MODULE = '@napi-rs/keyring';

function findNativeModule(): string {
  try {
    return createRequire(import.meta.url).resolve(NATIVE_MODULE);
  } catch (cause) {
    throw new Error(`the package ${NATIVE_MODULE} is not installed`, { cause });
  }
}

/**
 * The operating system's keychain through `@napi-rs/keyring`, asked by a process of its own for each question: the
 * module connects to the keychain synchronously, so that one that does not answer would stop this process, and a fault in
 * native code would end it. Values travel through pipes, never as arguments.
 */
export function createNativeBinding(options: NativeBindingOptions): KeychainBinding {
  const { clock, service, environment, timeoutMs } = options;

  const ask = async (request: Omit<KeychainRequest, 'service'>): Promise<KeychainAnswer> => {
    const child = spawn(process.execPath, ['-e', keychainScript, findNativeModule()], {
      // Options meant for this process (a debugger, a loader) are not for that one.
      env: { ...environment, NODE_OPTIONS: undefined },
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    let isTooSlow = false;
    const stop = clock.after(timeoutMs, () => {
      isTooSlow = true;
      child.kill('SIGKILL');
    });
    // A process that ended early reads nothing; why it ended says more than the pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify({ ...request, service }));
    try {
      const failed = new Promise<never>((_, reject) => child.once('error', reject));
      const said = await Promise.race([text(child.stdout), failed]);
      if (isTooSlow) throw new Error(`no answer within ${timeoutMs} ms; it may be waiting to be unlocked`);
      if (said === '') throw new Error('the process that asks it ended without an answer');
      const answer = JSON.parse(said) as KeychainAnswer;
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer;
    } finally {
      stop();
    }
  };

  return {
    get: async (name) => (await ask({ operation: 'get', name })).value ?? null,
    set: async (name, value) => void (await ask({ operation: 'set', name, value })),
    remove: async (name) => (await ask({ operation: 'remove', name })).removed === true,
    list: async () => (await ask({ operation: 'list' })).names ?? [],
  };
}
