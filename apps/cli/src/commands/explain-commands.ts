import { GatewayError } from '@claudette/core';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';

import { describeDecision, describePlan, describeSimulation } from '../describe.js';
import { withGateway } from '../open-gateway.js';
import { createOutput } from '../output.js';
import { addQuestionOptions, readQuestion, untilInterrupted } from './question-options.js';
import type { QuestionOptions } from './question-options.js';
import { addSharedOptions, openFor } from './shared-options.js';
import type { SharedOptions } from './shared-options.js';

const MOST_RECORDS = 100_000;

const parseLimit = (text: string): number => {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MOST_RECORDS) return limit;
  throw new InvalidArgumentError(`Must be a whole number from 1 to ${MOST_RECORDS}.`);
};

const addPlanCommand = (program: Command): void => {
  const plan = program.command('plan').description('where a prompt would go and why; nothing is sent');
  addSharedOptions(addQuestionOptions(plan)).action(
    (prompt: string | undefined, paths: readonly string[], _own: unknown, command: Command) =>
      untilInterrupted(async (controller) => {
        const question = await readQuestion({ prompt, paths }, command.optsWithGlobals<QuestionOptions>(), controller);
        await openFor(command, async (gateway, output) => {
          const answer = await gateway.planQuestion({
            ...question,
            stream: false,
            principal: gateway.localPrincipal,
          });
          output.result(answer, () => describePlan(answer));
        });
      }),
  );
};

const addWhyCommand = (program: Command): void => {
  const why = program
    .command('why')
    .description('why an exchange went as it did')
    .argument('[id]', "the exchange's x-claudette-id, or how it begins; without one the latest exchange");
  addSharedOptions(why).action((id: string | undefined, _own: unknown, command: Command) =>
    openFor(command, async (gateway, output) => {
      const principal = gateway.localPrincipal;
      const [latest] = id === undefined ? gateway.recentDecisions(principal, 1) : [gateway.findDecision(principal, id)];
      if (latest === undefined) {
        const what = id === undefined ? 'there is no exchange on record' : `there is no record of one exchange ${id}`;
        throw new GatewayError('invalid_request', what);
      }
      output.result(latest, () => describeDecision(latest));
    }),
  );
};

interface SimulateOptions extends Omit<SharedOptions, 'config'> {
  /** The other configuration: the exchanges on record are those of the usual one. */
  readonly config?: string;
  readonly limit: number;
}

const addSimulateCommand = (program: Command): void => {
  program
    .command('simulate')
    .description("what another configuration's routing would have made of the latest exchanges")
    .option('--config <file>', 'the other configuration')
    .addOption(new Option('--limit <number>', 'so many exchanges').default(10_000).argParser(parseLimit))
    .option('--json', 'print the result as JSON')
    .option('-q, --quiet', 'nothing on standard error but errors')
    .option('--debug', 'log everything on standard error')
    .action((_own: unknown, command: Command) => {
      const { json = false, quiet = false, debug, config, limit } = command.optsWithGlobals<SimulateOptions>();
      return withGateway({ ...(debug && { debug }) }, async (gateway) => {
        const { loadConfig } = await import('@claudette/gateway');
        const other = loadConfig({ ...(config !== undefined && { file: config }) }).config;
        const report = await gateway.simulate(other, limit);
        createOutput({ json, quiet }).result(report, () => describeSimulation(report));
      });
    });
};

/** `claudette plan|why|simulate`: what would be done, what was done, and what would have been done, with the reasons. */
export function addExplainCommands(program: Command): void {
  addPlanCommand(program);
  addWhyCommand(program);
  addSimulateCommand(program);
}
