import { PassThrough } from 'node:stream';

import { describe, expect, it } from '@jest/globals';

import { readSecret } from './read-secret.js';

function createTerminal() {
  const stream = new PassThrough();
  const modes: boolean[] = [];
  const setRawMode = (isRaw: boolean): void => void modes.push(isRaw);
  return { modes, stdin: Object.assign(stream, { isTTY: true, setRawMode }) as unknown as NodeJS.ReadStream, stream };
}

/** What is read when this is typed, in these pieces. */
const type = (...pieces: readonly (string | Uint8Array)[]): Promise<string> => {
  const { stdin, stream } = createTerminal();
  const line = readSecret(stdin, () => undefined);
  for (const piece of pieces) stream.write(piece);
  return line;
};

describe('a secret on a terminal', () => {
  it.each([
    [['sk-1\r'], 'sk-1'],
    [['sk-1\n'], 'sk-1'],
    [['s', 'k', '-1', '\r'], 'sk-1'],
    [['sk-\u007f\u007f-2\r'], 's-2'],
    [['\b\b', 'a\r'], 'a'],
    [['wrong\u0015right\r'], 'right'],
    [['\u001b[200~pasted\u001b[201~\u001b[D\u001bOA\r'], 'pasted'],
    [['\tä€😀\r'], 'ä€😀'],
    [[Buffer.from('ä\r').subarray(0, 1), Buffer.from('ä\r').subarray(1)], 'ä'],
    [['\r'], ''],
  ])('is what was typed until Enter: %j', async (pieces, line) => {
    expect(await type(...pieces)).toBe(line);
  });

  it('is not shown: the terminal is raw meanwhile, and as before afterwards', async () => {
    const { stdin, stream, modes } = createTerminal();
    const line = readSecret(stdin, () => undefined);
    expect(modes).toEqual([true]);
    stream.write('sk-1\r');
    await line;
    expect(modes).toEqual([true, false]);
  });

  it('is asked for only when nothing that is typed is shown any more', async () => {
    const { stdin, stream, modes } = createTerminal();
    const modesWhenAsked: boolean[][] = [];
    const line = readSecret(stdin, () => {
      modesWhenAsked.push([...modes]);
      stream.write('sk-1\r');
    });
    expect(await line).toBe('sk-1');
    expect(modesWhenAsked).toEqual([[true]]);
  });

  it('leaves what follows Enter to the next one', async () => {
    const { stdin, stream } = createTerminal();
    const first = readSecret(stdin, () => undefined);
    stream.write('one\rtwo\r');
    expect([await first, await readSecret(stdin, () => undefined)]).toEqual(['one', 'two']);
  });

  it.each([
    ['\u0003', 'client_aborted'],
    ['\u0004', 'invalid_request'],
    ['half\u0003', 'client_aborted'],
  ])('is given up by %j', async (typed, code) => {
    await expect(type(typed)).rejects.toMatchObject({ code });
  });

  it('is given up when the terminal is closed', async () => {
    const { stdin, stream, modes } = createTerminal();
    const line = readSecret(stdin, () => undefined);
    stream.end();
    await expect(line).rejects.toMatchObject({ code: 'invalid_request', detail: 'nothing was typed' });
    expect(modes).toEqual([true, false]);
  });
});
