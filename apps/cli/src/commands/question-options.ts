import { GatewayError, parseMoney } from '@claudette/core';
import type { Asked } from '@claudette/gateway';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';

import { readFiles, readPrompt } from '../read-input.js';

/** What a question is made of, besides its words. */
export interface QuestionOptions {
  readonly backend?: string;
  readonly model?: string;
  readonly system?: string;
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly cache: boolean;
  readonly costLimit?: string;
  readonly timeout?: number;
}

/** The words of a question, as they stand on the command line. */
export interface Words {
  readonly prompt: string | undefined;
  readonly paths: readonly string[];
}

/** Reads a number that an option takes. */
export const numberBetween =
  (least: number, most: number, whole: boolean) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`Must be ${whole ? 'a whole number' : 'a number'} from ${least} to ${most}.`);
  };

/** Reads an amount; the text is the option's value. */
export const parseCostLimit = (text: string): string => {
  if (parseMoney(text, 'USD') !== undefined) return text;
  throw new InvalidArgumentError('Must be an amount in USD such as 0.05.');
};

const MAX_TOKENS = 10_000_000;
const MAX_TIMEOUT_SECONDS = 86_400;

/** The prompt, its files, and what is asked of the model. */
export const addQuestionOptions = (command: Command): Command =>
  command
    .argument('[prompt]', 'what to ask; joined with standard input')
    .argument('[files...]', 'text files and images to ask about')
    .option('-b, --backend <name>', 'only this backend may answer')
    .option('-m, --model <name>', 'model, alias, backend/model or auto')
    .option('-s, --system <text>', 'system prompt')
    .option('-t, --temperature <number>', 'sampling temperature, 0 to 2', numberBetween(0, 2, false))
    .option('--max-tokens <number>', 'most tokens of the answer', numberBetween(1, MAX_TOKENS, true))
    .option('--no-cache', 'neither read nor write the cache')
    .option('--cost-limit <amount>', 'refuse what is likely to cost more, in USD', parseCostLimit)
    .option('--timeout <seconds>', 'give up after this long', numberBetween(0.001, MAX_TIMEOUT_SECONDS, false));

/** Aborts at the first Ctrl-C; the second one ends the process the hard way. */
export async function untilInterrupted(work: (controller: AbortController) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort(new GatewayError('client_aborted', 'interrupted'));
  process.once('SIGINT', interrupt);
  try {
    await work(controller);
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** The question that arguments, files, standard input and options ask. */
export async function readQuestion(
  { prompt: argument, paths }: Words,
  options: QuestionOptions,
  controller: AbortController,
): Promise<Omit<Asked, 'principal' | 'stream'>> {
  const [prompt, files] = await Promise.all([readPrompt(argument, process.stdin, controller.signal), readFiles(paths)]);
  const costLimit = options.costLimit === undefined ? undefined : parseMoney(options.costLimit, 'USD');
  return {
    prompt,
    files,
    controller,
    cacheMode: options.cache ? 'default' : 'off',
    ...(options.backend !== undefined && { backend: options.backend }),
    ...(options.model !== undefined && { model: options.model }),
    ...(options.system !== undefined && { system: options.system }),
    ...(options.temperature !== undefined && { temperature: options.temperature }),
    ...(options.maxTokens !== undefined && { maxOutputTokens: options.maxTokens }),
    ...(costLimit !== undefined && { costLimit }),
    ...(options.timeout !== undefined && { timeoutMs: options.timeout * 1000 }),
  };
}
