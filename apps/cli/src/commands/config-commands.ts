import { GatewayError } from '@claudette/core';
import type {
  Config,
  ConfigDifference,
  ConfigProblem,
  ConfigValue,
  LoadedConfig,
  MendedFile,
} from '@claudette/gateway';
import type { Command } from 'commander';

import { createOutput, formatTable } from '../output.js';
import { parseAddress, sendToRunning, toRunningError } from '../running-gateway.js';
import { addConfigInitCommand } from './config-init-command.js';

interface ShowOptions {
  readonly config?: string;
  readonly json?: boolean;
}

interface DiffOptions {
  readonly url?: string;
  readonly json?: boolean;
}

const formatValue = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

const formatValues = (values: readonly ConfigValue[]): string =>
  formatTable([
    ['KEY', 'VALUE', 'FROM'],
    ...values.map(({ path, value, origin }) => [path, formatValue(value), origin]),
  ]);

const isBelow = (path: string, below: string): boolean => path === below || path.startsWith(`${below}.`);

const addShowCommand = (config: Command): void => {
  config
    .command('show')
    .description('the values in effect, and where each comes from; secrets are hidden')
    .argument('[path]', 'only what is there, e.g. server or cache.scope')
    .option('--config <file>', 'configuration file')
    .option('--json', 'print the result as JSON')
    .action(async (path: string | undefined, _own: unknown, command: Command) => {
      const { config: file, json = false } = command.optsWithGlobals<ShowOptions>();
      const { listConfigValues, loadConfig } = await import('@claudette/gateway');
      const loaded = loadConfig(file === undefined ? {} : { file });
      const all = listConfigValues(loaded);
      const values = path === undefined ? all : all.filter((value) => isBelow(value.path, path));
      if (values.length === 0) {
        throw new GatewayError('invalid_request', `the configuration has no ${path}; claudette config show lists all`);
      }
      const { files } = loaded;
      createOutput({ json, quiet: false }).result({ files, values }, () => formatValues(values));
    });
};

interface CheckOptions extends ShowOptions {
  readonly fix?: boolean;
}

interface CheckReport {
  /** Absent where nobody asked for it. */
  readonly mended?: readonly MendedFile[];
  readonly files: readonly string[];
  readonly problems: readonly ConfigProblem[];
  readonly oddities: readonly ConfigProblem[];
}

const formatCheck = ({ mended = [], files, problems, oddities }: CheckReport): string => {
  const line =
    (kind: string) =>
    ({ origin, message }: ConfigProblem): string =>
      `${kind}: ${origin}: ${message}`;
  const mends = mended.flatMap(({ path, mends }) => mends.map((mend) => `mended: file ${path}: ${mend}`));
  const lines = [...mends, ...problems.map(line('wrong')), ...oddities.map(line('odd'))];
  if (problems.length > 0) return lines.join('\n');
  const where = files.length === 0 ? 'no file; the defaults' : files.join(' + ');
  return [...lines, `ok: ${where}`].join('\n');
};

const addCheckCommand = (config: Command): void => {
  config
    .command('check')
    .description('everything that is wrong or odd, at once; nothing is opened and nothing sent')
    .argument('[file]', 'the configuration file to check; without one the usual')
    .option('--fix', 'put right what can mean one thing only, in the file, and say what')
    .option('--json', 'print the result as JSON')
    .action(async (file: string | undefined, _own: unknown, command: Command) => {
      const { json = false, fix = false } = command.optsWithGlobals<CheckOptions>();
      const { findOddities, inspectConfig, mendConfigFiles } = await import('@claudette/gateway');
      const source = file === undefined ? {} : { file };
      const mended = fix ? { mended: mendConfigFiles(source) } : {};
      const { loaded, ...inspection } = inspectConfig(source);
      const oddities = [...inspection.oddities, ...(loaded === undefined ? [] : await findOddities(loaded))];
      const report = { ...mended, ...inspection, oddities };
      createOutput({ json, quiet: false }).result(report, () => formatCheck(report));
      const { length } = report.problems;
      if (length > 0)
        throw new GatewayError('configuration_invalid', length === 1 ? '1 problem' : `${length} problems`);
    });
};

const addSchemaCommand = (config: Command): void => {
  config
    .command('schema')
    .description('the JSON Schema of the configuration file, for editors')
    .action(async () => {
      const { createConfigJsonSchema } = await import('@claudette/gateway');
      createOutput({ json: true, quiet: false }).result(createConfigJsonSchema(), () => '');
    });
};

/** What a running gateway's values are; secrets are hidden. */
async function readRunningValues(address: string): Promise<readonly ConfigValue[]> {
  const url = new URL('/api/admin/config', address);
  const response = await sendToRunning(url);
  if (!response.ok) throw await toRunningError(url, response);
  const { values } = (await response.json()) as { readonly values?: unknown };
  if (Array.isArray(values)) return values as readonly ConfigValue[];
  throw new GatewayError('upstream_invalid_reply', `${url.href} lists no values: is it a gateway?`);
}

const formatDifferences = (differences: readonly ConfigDifference[], names: readonly [string, string]): string =>
  differences.length === 0
    ? 'no difference'
    : formatTable([
        ['KEY', ...names],
        ...differences.map(({ path, left, right }) => [path, formatValue(left), formatValue(right)]),
      ]);

/** A file alone, without what the environment says. */
const loadAlone = (load: (source: object) => LoadedConfig, file: string): Config =>
  load({ file, environment: {} }).config;

const addDiffCommand = (config: Command): void => {
  config
    .command('diff')
    .description('what differs between two files, or between a running gateway and what would be loaded now')
    .argument('[left]', 'a configuration file; with --url without one the usual')
    .argument('[right]', 'another')
    .option('--url <address>', 'the gateway that runs there', parseAddress)
    .option('--json', 'print the result as JSON')
    .action(async (left: string | undefined, right: string | undefined, _own: unknown, command: Command) => {
      const { url, json = false } = command.optsWithGlobals<DiffOptions>();
      const { compareConfigs, compareConfigValues, listConfigValues, loadConfig } = await import('@claudette/gateway');
      const output = createOutput({ json, quiet: false });
      if (url === undefined) {
        if (left === undefined || right === undefined) {
          throw new GatewayError('invalid_request', 'what is compared? Two files, or one and --url');
        }
        const differences = compareConfigs(loadAlone(loadConfig, left), loadAlone(loadConfig, right));
        return output.result(differences, () => formatDifferences(differences, [left, right]));
      }
      if (right !== undefined) throw new GatewayError('invalid_request', 'a second file has no effect with --url');
      const here = listConfigValues(loadConfig(left === undefined ? {} : { file: left }));
      const differences = compareConfigValues(await readRunningValues(url), here);
      output.note('Secrets are hidden, and not compared.');
      return output.result(differences, () => formatDifferences(differences, ['RUNNING', left ?? 'HERE']));
    });
};

/** `claudette config show|check|init|schema|diff`. */
export function addConfigCommands(program: Command): void {
  const config = program.command('config').description('the configuration: what is in effect, and whether it is right');
  addShowCommand(config);
  addCheckCommand(config);
  addConfigInitCommand(config);
  addSchemaCommand(config);
  addDiffCommand(config);
}
