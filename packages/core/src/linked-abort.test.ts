import { describe, expect, it } from '@jest/globals';

import { linkAbort } from './linked-abort.js';

describe('a linked abort', () => {
  it('follows its parent with the same reason', () => {
    const parent = new AbortController();
    const linked = linkAbort(parent.signal);
    parent.abort('gone');
    expect(linked.signal.reason).toBe('gone');
  });

  it('is aborted from the start when its parent is', () => {
    expect(linkAbort(AbortSignal.abort('late')).signal.reason).toBe('late');
  });

  it('can be aborted without its parent', () => {
    const parent = new AbortController();
    linkAbort(parent.signal).abort('alone');
    expect(parent.signal.aborted).toBe(false);
  });

  it('stops following once released', () => {
    const parent = new AbortController();
    const linked = linkAbort(parent.signal);
    linked.release();
    parent.abort();
    expect(linked.signal.aborted).toBe(false);
  });
});
