import { scanFiles, scanStaged } from './secret-scan.js';

/** `npm run secret-scan` looks through all files; with `--staged`, as the Git hook does, through the next commit. */
const found = process.argv.includes('--staged') ? scanStaged() : scanFiles();
for (const { path, line, start } of found) console.error(`${path}:${line}: looks like a key: ${start}...`);
if (found.length > 0) {
  console.error('Take it out, and have it replaced wherever it is in use: it has been in a file.');
  process.exitCode = 1;
}
