import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { GatewayError } from '@claudette/core';
import type { QuestionFile } from '@claudette/gateway';

const readAll = async (stream: NodeJS.ReadStream): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8').trim();
};

/**
 * The prompt: the argument, what is piped in, or both joined.
 * @throws GatewayError `invalid_request` when there is neither
 */
export async function readPrompt(argument: string | undefined, stdin: NodeJS.ReadStream): Promise<string> {
  const piped = stdin.isTTY ? '' : await readAll(stdin);
  const prompt = [argument ?? '', piped].filter((text) => text !== '').join('\n\n');
  if (prompt === '') throw new GatewayError('invalid_request', 'there is no prompt; give one as an argument or on standard input');
  return prompt;
}

/** The files named on the command line. */
export const readFiles = (paths: readonly string[]): Promise<QuestionFile[]> =>
  Promise.all(
    paths.map(async (path) => {
      try {
        return { name: basename(path), content: await readFile(path) };
      } catch (cause) {
        throw new GatewayError('invalid_request', `the file ${path} cannot be read`, { cause });
      }
    }),
  );
