import { GatewayError } from '@claudette/core';
import type { NativeAnswer } from '@claudette/gateway';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';

import { withGateway } from '../open-gateway.js';
import { createOutput } from '../output.js';
import { readFiles, readPrompt } from '../read-input.js';
import { addSharedOptions } from './shared-options.js';
import type { SharedOptions } from './shared-options.js';

interface PromptOptions extends SharedOptions {
  readonly backend?: string;
  readonly model?: string;
  readonly system?: string;
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly cache: boolean;
  readonly stream?: boolean;
  readonly verbose?: boolean;
  readonly timeout?: number;
}

const numberBetween =
  (least: number, most: number, whole: boolean) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`Must be ${whole ? 'a whole number' : 'a number'} from ${least} to ${most}.`);
  };

const MAX_TOKENS = 10_000_000;
const MAX_TIMEOUT_SECONDS = 86_400;

/** Aborts at the first Ctrl-C; the second one ends the process the hard way. */
async function untilInterrupted(work: (controller: AbortController) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort(new GatewayError('client_aborted', 'interrupted'));
  process.once('SIGINT', interrupt);
  try {
    await work(controller);
  } finally {
    process.off('SIGINT', interrupt);
  }
}

/** What `--verbose` adds. */
function describeAnswer(answer: NativeAnswer): string {
  const tokens = `${answer.tokensInput ?? '?'} + ${answer.tokensOutput ?? '?'} tokens`;
  const cost = answer.cost === null ? 'cost unknown' : `${answer.cost} ${answer.currency}`;
  const cache = answer.cacheHit ? 'cache hit' : 'cache miss';
  return `${answer.backend}/${answer.model} · ${tokens} · ${cost} · ${answer.latencyMs} ms · ${cache}`;
}

const answerOnce = (argument: string | undefined, paths: readonly string[], options: PromptOptions): Promise<void> =>
  untilInterrupted(async (controller) => {
    const { json = false, quiet = false, verbose = false, config, debug } = options;
    const output = createOutput({ json, quiet });
    const [prompt, files] = await Promise.all([
      readPrompt(argument, process.stdin, controller.signal),
      readFiles(paths),
    ]);
    // Where standard output is no terminal, isTTY is undefined, whatever its type says.
    const stream = !json && (options.stream ?? process.stdout.isTTY === true);

    await withGateway({ ...(config !== undefined && { config }), ...(debug && { debug }) }, async (gateway) => {
      const answer = await gateway.ask(
        {
          prompt,
          files,
          stream,
          controller,
          principal: gateway.localPrincipal,
          cacheMode: options.cache ? 'default' : 'off',
          ...(options.backend !== undefined && { backend: options.backend }),
          ...(options.model !== undefined && { model: options.model }),
          ...(options.system !== undefined && { system: options.system }),
          ...(options.temperature !== undefined && { temperature: options.temperature }),
          ...(options.maxTokens !== undefined && { maxOutputTokens: options.maxTokens }),
          ...(options.timeout !== undefined && { timeoutMs: options.timeout * 1000 }),
        },
        stream ? output.answer : undefined,
      );
      if (json) output.result(answer, () => '');
      else output.answer(stream ? '\n' : `${answer.content}\n`);
      if (answer.losses.length > 0) {
        const losses = answer.losses.map(({ path, reason }) => `${path} (${reason})`);
        output.note(`lost in translation: ${losses.join(', ')}`);
      }
      if (verbose) output.note(describeAnswer(answer));
    });
  });

/** `claudette [prompt] [files...]`: answers once and exits. */
export function addPromptCommand(program: Command): void {
  program
    .argument('[prompt]', 'what to ask; joined with standard input')
    .argument('[files...]', 'text files and images to ask about')
    .option('-b, --backend <name>', 'only this backend may answer')
    .option('-m, --model <name>', 'model, alias, backend/model or auto')
    .option('-s, --system <text>', 'system prompt')
    .option('-t, --temperature <number>', 'sampling temperature, 0 to 2', numberBetween(0, 2, false))
    .option('--max-tokens <number>', 'most tokens of the answer', numberBetween(1, MAX_TOKENS, true))
    .option('--no-cache', 'neither read nor write the cache')
    .addOption(new Option('--stream', 'print the answer as it comes (default on a terminal)'))
    .addOption(new Option('--no-stream', 'print the answer when it is whole'))
    .option('--timeout <seconds>', 'give up after this long', numberBetween(0.001, MAX_TIMEOUT_SECONDS, false))
    .option('-v, --verbose', 'say backend, tokens, cost, latency and cache on standard error');
  addSharedOptions(program).action(answerOnce);
}
