import type { NativeAnswer } from '@claudette/gateway';
import type { Command } from 'commander';
import { Option } from 'commander';

import { withGateway } from '../open-gateway.js';
import { createOutput } from '../output.js';
import { addQuestionOptions, readQuestion, untilInterrupted } from './question-options.js';
import type { QuestionOptions } from './question-options.js';
import { addSharedOptions } from './shared-options.js';
import type { SharedOptions } from './shared-options.js';

interface PromptOptions extends SharedOptions, QuestionOptions {
  readonly stream?: boolean;
  readonly verbose?: boolean;
}

/** What `--verbose` adds. */
function describeAnswer(answer: NativeAnswer): string {
  const tokens = `${answer.tokensInput ?? '?'} + ${answer.tokensOutput ?? '?'} tokens`;
  const cost = answer.cost === null ? 'cost unknown' : `${answer.cost} ${answer.currency}`;
  const cache = answer.cacheHit ? 'cache hit' : 'cache miss';
  return `${answer.backend}/${answer.model} · ${tokens} · ${cost} · ${answer.latencyMs} ms · ${cache}`;
}

const answerOnce = (prompt: string | undefined, paths: readonly string[], options: PromptOptions): Promise<void> =>
  untilInterrupted(async (controller) => {
    const { json = false, quiet = false, verbose = false, config, debug } = options;
    const output = createOutput({ json, quiet });
    const question = await readQuestion({ prompt, paths }, options, controller);
    // Where standard output is no terminal, isTTY is undefined, whatever its type says.
    const stream = !json && (options.stream ?? process.stdout.isTTY === true);

    await withGateway({ ...(config !== undefined && { config }), ...(debug && { debug }) }, async (gateway) => {
      const answer = await gateway.ask(
        { ...question, stream, principal: gateway.localPrincipal },
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
  addQuestionOptions(program)
    .addOption(new Option('--stream', 'print the answer as it comes (default on a terminal)'))
    .addOption(new Option('--no-stream', 'print the answer when it is whole'))
    .option('-v, --verbose', 'say backend, tokens, cost, latency and cache on standard error');
  addSharedOptions(program).action(answerOnce);
}
