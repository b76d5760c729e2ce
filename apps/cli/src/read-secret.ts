import { StringDecoder } from 'node:string_decoder';

import { GatewayError } from '@claudette/core';

/** Ctrl-C, Ctrl-D, Ctrl-U and the two codes that terminals send for the erase key. */
const INTERRUPT = '\u0003';
const END = '\u0004';
const CLEAR = '\u0015';
const ERASE: ReadonlySet<string> = new Set(['\u007f', '\b']);

/** What keys such as the arrows send, and what may frame pasted text. */
const escapeSequence = new RegExp(`${String.fromCharCode(27)}(\\[[0-9;]*[A-Za-z~]|O[A-Z])`, 'g');

const isVisible = (character: string): boolean => character >= ' ';

/**
 * One line that a person types on a terminal, without showing it. What was typed behind it is left for the next reader.
 * @param ask puts the question; called once nothing is shown any more and Ctrl-C is heard, because whoever answers at
 * once would otherwise see the secret on the screen
 * @throws GatewayError `client_aborted` on Ctrl-C, `invalid_request` when the input ends instead
 */
export async function readSecret(stdin: NodeJS.ReadStream, ask: () => void): Promise<string> {
  const decoder = new StringDecoder('utf8');
  let typed: string[] = [];
  // A stream that stands in for a terminal has no raw mode, and shows nothing anyway.
  stdin.setRawMode?.(true);
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = (settle: () => void): void => {
        stdin.off('data', hear).off('end', end).off('error', reject).pause();
        settle();
      };
      const end = (): void => stop(() => reject(new GatewayError('invalid_request', 'nothing was typed')));
      const hear = (chunk: Buffer): void => {
        const characters = [...decoder.write(chunk).replace(escapeSequence, '')];
        for (const [index, character] of characters.entries()) {
          if (character === '\r' || character === '\n') {
            const rest = characters.slice(index + 1).join('');
            stop(() => resolve(typed.join('')));
            if (rest !== '') stdin.unshift(Buffer.from(rest));
            return;
          }
          if (character === INTERRUPT) return stop(() => reject(new GatewayError('client_aborted', 'interrupted')));
          if (character === END) return end();
          if (character === CLEAR) typed = [];
          else if (ERASE.has(character)) typed.pop();
          else if (isVisible(character)) typed.push(character);
        }
      };
      stdin.on('data', hear).on('end', end).on('error', reject).resume();
      ask();
    });
  } finally {
    stdin.setRawMode?.(false);
  }
}
