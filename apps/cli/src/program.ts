import { toGatewayError } from '@claudette/core';
import { Command, CommanderError } from 'commander';

import { addCacheCommands } from './commands/cache-commands.js';
import { addConfigCommands } from './commands/config-commands.js';
import { addCredentialsCommands } from './commands/credentials-commands.js';
import { addExplainCommands } from './commands/explain-commands.js';
import { addKeysCommands } from './commands/keys-commands.js';
import { addLookCommands } from './commands/look-commands.js';
import { addPromptCommand } from './commands/prompt-command.js';
import { addServeCommand } from './commands/serve-command.js';
import { addUsageCommand } from './commands/usage-command.js';
import { exitCodeOf, exitCodes } from './exit-code.js';
import { version } from './version.js';

/** `claudette [prompt] [files...]` alone, in which no word is a command. */
function createPromptProgram(): Command {
  const program = new Command('claudette')
    .description('Ask language models, whichever backend is best at the moment.')
    .version(version, '-V, --version')
    .showHelpAfterError('(claudette --help shows all options)')
    .exitOverride();
  addPromptCommand(program);
  return program;
}

/** Options of the prompt are recognised anywhere; a command on which one has no effect refuses it. */
function refuseForeignOptions(program: Command, command: Command): void {
  const known = new Set(command.options.map((option) => option.attributeName()));
  for (const option of program.options) {
    const name = option.attributeName();
    if (known.has(name) || program.getOptionValueSource(name) !== 'cli') continue;
    command.error(`error: option '${option.flags}' has no effect on '${command.name()}'`);
  }
}

/** The `claudette` command with all its subcommands. */
export function createProgram(): Command {
  const program = createPromptProgram()
    .helpCommand('help [command]', 'display help for a command')
    .addHelpText('after', '\nTo ask about a word that is a command, put it behind --: claudette -- serve')
    .hook('preAction', refuseForeignOptions);
  addServeCommand(program);
  addLookCommands(program);
  addCacheCommands(program);
  addConfigCommands(program);
  addExplainCommands(program);
  addUsageCommand(program);
  addKeysCommands(program);
  addCredentialsCommands(program);
  return program;
}

/** Nothing but options stands before `--`, so the first word behind it is a prompt, whatever it is. */
function isPromptOnly(args: readonly string[]): boolean {
  const separator = args.indexOf('--');
  return separator !== -1 && createPromptProgram().parseOptions(args.slice(0, separator)).operands.length === 0;
}

function messageOf(thrown: unknown): string {
  const { code, detail, message } = toGatewayError(thrown);
  // To whoever asks from here, "the client" is a stranger, and "internal error" says nothing.
  return code === 'client_aborted' || code === 'internal' ? detail : message;
}

/** Runs one command line and resolves with its exit code. Never rejects. */
export async function runCommandLine(args: readonly string[], printError: (line: string) => void): Promise<number> {
  try {
    const program = isPromptOnly(args) ? createPromptProgram() : createProgram();
    await program.parseAsync(args, { from: 'user' });
    return exitCodes.answered;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.answered : exitCodes.usage;
    printError(`claudette: ${messageOf(thrown)}`);
    return exitCodeOf(thrown);
  }
}
