import { version } from './version.js';

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  // Asked by scripts and shells at every start, so nothing is loaded for it.
  process.stdout.write(`${version}\n`);
} else {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    // Whoever reads the answer (`| head`) has had enough of it.
    process.exit();
  });
  const { runCommandLine } = await import('./program.js');
  process.exitCode = await runCommandLine(args, (line) => process.stderr.write(`${line}\n`));
}
