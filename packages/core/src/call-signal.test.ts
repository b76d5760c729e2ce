import { describe, expect, it } from '@jest/globals';

import { createCallController } from './call-signal.js';
import type { CallController } from './call-signal.js';

describe.each([
  ['a call controller', createCallController],
  ['an AbortController, which is one', (): CallController => new AbortController()],
])('%s', (_name, create) => {
  it('aborts once, with the first reason', () => {
    const controller = create();
    const heard: unknown[] = [];
    controller.signal.addEventListener('abort', () => heard.push(controller.signal.reason));
    controller.abort('first');
    controller.abort('second');
    expect(heard).toEqual(['first']);
    expect(controller.signal).toMatchObject({ aborted: true, reason: 'first' });
  });

  it('does not call a listener that was removed, nor one that came late', () => {
    const controller = create();
    const listener = (): never => {
      throw new Error('it was called');
    };
    controller.signal.removeEventListener('abort', listener);
    controller.signal.addEventListener('abort', listener);
    controller.signal.removeEventListener('abort', listener);
    controller.abort('now');
    controller.signal.addEventListener('abort', listener);
    expect(controller.signal.aborted).toBe(true);
  });

  it('throws its reason once it has aborted', () => {
    const controller = create();
    expect(() => controller.signal.throwIfAborted()).not.toThrow();
    controller.abort(new Error('enough'));
    expect(() => controller.signal.throwIfAborted()).toThrow('enough');
  });
});
