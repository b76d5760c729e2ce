import { GatewayError } from '@claudette/core';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';

import { withGateway } from '../open-gateway.js';
import { createOutput } from '../output.js';
import { readFiles, readPrompt } from '../read-input.js';

interface PromptOptions {
  readonly backend?: string;
  readonly model?: string;
  readonly system?: string;
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly cache: boolean;
  readonly stream?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
  readonly timeout?: number;
  readonly config?: string;
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

async function answerOnce(argument: string | undefined, paths: readonly string[], options: PromptOptions): Promise<void> {
  const { json = false, quiet = false, verbose = false } = options;
  const output = createOutput({ json, quiet });
  const [prompt, files] = await Promise.all([readPrompt(argument, process.stdin), readFiles(paths)]);
  const stream = !json && (options.stream ?? process.stdout.isTTY);
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort(new GatewayError('client_aborted', 'interrupted')));

  await withGateway(options, async (gateway) => {
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
      output.note(`lost in translation: ${answer.losses.map(({ path, reason }) => `${path} (${reason})`).join(', ')}`);
    }
    if (verbose) {
      const cost = answer.cost === null ? 'cost unknown' : `${answer.cost} ${answer.currency}`;
      const tokens = `${answer.tokensInput ?? '?'} + ${answer.tokensOutput ?? '?'} tokens`;
      const cache = answer.cacheHit ? 'cache hit' : 'cache miss';
      output.note(`${answer.backend}/${answer.model} · ${tokens} · ${cost} · ${answer.latencyMs} ms · ${cache}`);
    }
  });
}

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
    .option('--json', 'print the answer and all about it as JSON')
    .option('-v, --verbose', 'say backend, tokens, cost, latency and cache on standard error')
    .option('-q, --quiet', 'nothing on standard error but errors')
    .option('--debug', 'log everything on standard error')
    .option('--config <file>', 'configuration file')
    .action(answerOnce);
}
