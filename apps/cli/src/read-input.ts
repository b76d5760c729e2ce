import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { addAbortSignal } from 'node:stream';

import { GatewayError } from '@claudette/core';
import type { QuestionFile } from '@claudette/gateway';

/**
 * All that is piped in, without white space around it. Aborting ends the wait for it.
 * @throws the signal's reason
 */
export async function readAll(stream: NodeJS.ReadStream, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of addAbortSignal(signal, stream)) chunks.push(Buffer.from(chunk as Uint8Array));
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown;
  }
  return Buffer.concat(chunks).toString('utf8').trim();
}

/**
 * The prompt: the argument, what is piped in, or both joined. Aborting ends the wait for what is piped in.
 * @throws GatewayError `invalid_request` when there is neither, and the signal's reason
 */
export async function readPrompt(
  argument: string | undefined,
  stdin: NodeJS.ReadStream,
  signal: AbortSignal,
): Promise<string> {
  const piped = stdin.isTTY ? '' : await readAll(stdin, signal);
  const prompt = [argument ?? '', piped].filter((text) => text !== '').join('\n\n');
  if (prompt === '')
    throw new GatewayError('invalid_request', 'there is no prompt; give one as an argument or on standard input');
  return prompt;
}

/**
 * The files named on the command line.
 * @throws GatewayError `invalid_request` naming the one that cannot be read
 */
export const readFiles = (paths: readonly string[]): Promise<QuestionFile[]> =>
  Promise.all(
    paths.map(async (path) => {
      try {
        return { name: basename(path), content: await readFile(path) };
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        const detail = `the file ${path} cannot be read (a prompt of several words needs quotes): ${why}`;
        throw new GatewayError('invalid_request', detail, { cause });
      }
    }),
  );
