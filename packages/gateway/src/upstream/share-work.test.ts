import { describe, expect, it } from '@jest/globals';

import { shareWork } from './share-work.js';

/** Work that the test ends, and how often it began. */
const start = () => {
  const begun: { readonly resolve: (text: string) => void; readonly reject: (cause: unknown) => void }[] = [];
  let ended = 0;
  const share = shareWork<string>((signal) => {
    signal.addEventListener('abort', () => (ended += 1));
    return new Promise((resolve, reject) => begun.push({ resolve, reject }));
  });
  return { begun, share, ended: () => ended };
};
const { signal } = new AbortController();

describe('shared work', () => {
  it('is done once for all who wait', async () => {
    const { begun, share } = start();
    const waiting = [share(signal), share(signal)];
    begun[0]?.resolve('done');
    expect(await Promise.all(waiting)).toEqual(['done', 'done']);
    expect(await share(signal)).toBe('done');
    expect(begun).toHaveLength(1);
  });

  it('keeps its failure', async () => {
    const { begun, share } = start();
    const waiting = share(signal);
    begun[0]?.reject(new Error('no'));
    await expect(waiting).rejects.toThrow('no');
    await expect(share(signal)).rejects.toThrow('no');
    expect(begun).toHaveLength(1);
  });

  it('goes on while somebody waits', async () => {
    const { begun, share, ended } = start();
    const leaver = new AbortController();
    const left = share(leaver.signal);
    const stays = share(signal);
    leaver.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    begun[0]?.resolve('done');
    expect(await stays).toBe('done');
    expect(ended()).toBe(0);
  });

  it('ends when the last one has left, and begins anew with the next', async () => {
    const { begun, share, ended } = start();
    const leavers = [new AbortController(), new AbortController()];
    const left = leavers.map((leaver) => share(leaver.signal));
    for (const leaver of leavers) leaver.abort(new Error('left'));
    for (const each of left) await expect(each).rejects.toThrow('left');
    expect(ended()).toBe(1);
    const next = share(signal);
    begun[1]?.resolve('done');
    expect(await next).toBe('done');
  });

  it('does not begin for somebody who has left', async () => {
    const { begun, share } = start();
    await expect(share(AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
    expect(begun).toEqual([]);
  });

  it('does not end for somebody who leaves when it is done', async () => {
    const { begun, share, ended } = start();
    const leaver = new AbortController();
    const waiting = share(leaver.signal);
    begun[0]?.resolve('done');
    await waiting;
    leaver.abort(new Error('left'));
    expect(ended()).toBe(0);
  });
});
