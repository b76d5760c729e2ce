import { Command, CommanderError } from 'commander';

import { addCacheCommands } from './commands/cache-commands.js';
import { addKeysCommands } from './commands/keys-commands.js';
import { addLookCommands } from './commands/look-commands.js';
import { addPromptCommand } from './commands/prompt-command.js';
import { addServeCommand } from './commands/serve-command.js';
import { addUsageCommand } from './commands/usage-command.js';
import { exitCodeOf, exitCodes } from './exit-code.js';
import { version } from './version.js';

/** The `claudette` command with all its subcommands. */
export function createProgram(): Command {
  const program = new Command('claudette')
    .description('Ask language models, whichever backend is best at the moment.')
    .version(version, '-V, --version')
    .showHelpAfterError('(claudette --help shows all options)')
    .enablePositionalOptions(false);
  addPromptCommand(program);
  addServeCommand(program);
  addLookCommands(program);
  addCacheCommands(program);
  addUsageCommand(program);
  addKeysCommands(program);
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride();
  }
  return program;
}

/** Runs one command line and resolves with its exit code. Never rejects. */
export async function runCommandLine(args: readonly string[], printError: (line: string) => void): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return exitCodes.answered;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.answered : exitCodes.usage;
    printError(`claudette: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return exitCodeOf(thrown);
  }
}
