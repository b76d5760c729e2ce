import { readFile } from 'node:fs/promises';

import { GatewayError, parseMoney, toGatewayError } from '@claudette/core';
import type { WarmOptions, WarmProgress } from '@claudette/gateway';
import type { Command } from 'commander';

import { askAgain } from '../ask-again.js';
import type { AskedAgain } from '../ask-again.js';
import { formatTable } from '../output.js';
import type { Output } from '../output.js';
import type { StoredAnswers } from '../stored-answers.js';
import { addUrlOption } from './cache-options.js';
import { numberBetween, parseCostLimit, untilInterrupted } from './question-options.js';
import { addSharedOptions } from './shared-options.js';
import { withStoredAnswers } from './with-stored-answers.js';

interface OwnOptions extends WarmOptions {
  readonly url?: string;
  readonly file?: string;
  readonly costLimit?: string;
}

const invalid = (detail: string, cause?: unknown): GatewayError =>
  new GatewayError('invalid_request', detail, { cause });

/** The questions in a file, one JSON object per line, as POST /api/optimize takes them; empty lines are nothing. */
async function readQuestions(path: string): Promise<readonly object[]> {
  const { decodeQuestion } = await import('@claudette/gateway');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw invalid(`the file ${path} cannot be read`, cause);
  });
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      decodeQuestion(Buffer.from(line));
    } catch (thrown) {
      throw invalid(`${path}, line ${index + 1}: ${toGatewayError(thrown).detail}`, thrown);
    }
    return [JSON.parse(line) as object];
  });
}

const describe = ({ wanted, loaded, present, missing, refused, bytes }: WarmProgress): string =>
  `${loaded + present + missing + refused} of ${wanted}: ${loaded} brought into memory, ${bytes} bytes`;

const bringIn = async (answers: StoredAnswers, output: Output, options: WarmOptions): Promise<void> => {
  const report = await answers.warm(options, (progress) => output.note(describe(progress)));
  const { before, after } = report;
  output.result(report, () =>
    [
      formatTable([
        ['MEMORY', 'BEFORE', 'AFTER'],
        ['entries', String(before.entries), String(after.entries)],
        ['bytes', String(before.bytes), String(after.bytes)],
      ]),
      formatTable([
        ['WANTED', 'LOADED', 'PRESENT', 'MISSING', 'REFUSED'],
        [report.wanted, report.loaded, report.present, report.missing, report.refused].map(String),
      ]),
    ].join('\n\n'),
  );
};

const formatAsked = ({ questions, stored, present, failed, skipped, cost, currency }: AskedAgain): string =>
  formatTable([
    ['QUESTIONS', 'STORED', 'PRESENT', 'FAILED', 'SKIPPED', 'COST'],
    [...[questions, stored, present, failed, skipped].map(String), `${cost} ${currency}`],
  ]);

const askFile = async (answers: StoredAnswers, output: Output, file: string, costLimit?: string): Promise<void> => {
  const questions = await readQuestions(file);
  await untilInterrupted(async (controller) => {
    const { before, after, report } = await counted(answers, () =>
      askAgain({
        questions,
        ask: (body) => answers.ask(body, controller),
        costLimit: costLimit === undefined ? undefined : parseMoney(costLimit, 'USD'),
        onProgress({ stored, present, failed, skipped, cost, currency }, failure) {
          const done = stored + present + failed + skipped;
          output.note(`${done} of ${questions.length}: ${failure ?? `${cost} ${currency} so far`}`);
        },
      }),
    );
    output.result({ ...report, before, after }, () =>
      [formatAsked(report), `${before} entries were in the store, ${after} are now`].join('\n'),
    );
  });
};

/** What the store holds before and after some work. */
const counted = async <Report>(answers: StoredAnswers, work: () => Promise<Report>) => {
  const inStore = async (): Promise<number> => (await answers.stats()).entries.secondTier;
  const before = await inStore();
  const report = await work();
  return { before, report, after: await inStore() };
};

/** `claudette cache warm`: into the memory of a running gateway, or questions asked again. */
export function addWarmCommand(cache: Command): void {
  const warm = cache
    .command('warm')
    .description(
      "bring what saved most into a running gateway's memory, or ask questions so that their answers are stored",
    )
    .option(
      '--max-bytes <number>',
      'most bytes that may be brought; otherwise what is free',
      numberBetween(1, 2 ** 40, true),
    )
    .option('--limit <number>', 'most entries (1000)', numberBetween(1, 100_000, true))
    .option(
      '--days <number>',
      'how far back the ledger is asked what saved most (7)',
      numberBetween(0.001, 36_500, false),
    )
    .option('--file <requests.jsonl>', 'ask these questions, one JSON object per line as for POST /api/optimize')
    .option('--cost-limit <amount>', 'most that the questions may cost together, in USD', parseCostLimit);
  addSharedOptions(addUrlOption(warm)).action((_own: unknown, command: Command) => {
    const { url, file, costLimit, maxBytes, limit, days } = command.optsWithGlobals<OwnOptions>();
    if (file === undefined && url === undefined) {
      throw invalid('whose memory? Give the --url of a running gateway, or a --file of questions to be asked');
    }
    if (file === undefined && costLimit !== undefined) throw invalid('--cost-limit has no effect without --file');
    const others = Object.entries({ '--max-bytes': maxBytes, '--limit': limit, '--days': days });
    const idle = others.find(([, value]) => value !== undefined)?.[0];
    if (file !== undefined && idle !== undefined) throw invalid(`${idle} has no effect with --file`);
    return withStoredAnswers(command, (answers, output) =>
      file === undefined
        ? bringIn(answers, output, { maxBytes, limit, days })
        : askFile(answers, output, file, costLimit),
    );
  });
}
