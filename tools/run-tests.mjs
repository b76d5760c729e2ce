import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Runs the tests of every project and adds up what they report. Arguments go to `nx run-many`.
 *
 * The last line is `N passed, N failed`. Tests that were skipped, because a part of the machine or an input they need is
 * not there, are named; with CLAUDETTE_TEST_REQUIRE=all such a test fails instead.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['packages', 'apps']
  .flatMap((parent) => readdirSync(`${root}${parent}`).map((name) => `${parent}/${name}`))
  .concat('tools')
  .filter((folder) => existsSync(`${root}${folder}/jest.config.cjs`));
const resultsOf = (folder) => `${root}${folder}/test-output/results.json`;

for (const folder of folders) rmSync(resultsOf(folder), { force: true });

const run = spawnSync(
  process.execPath,
  [
    `${root}node_modules/nx/dist/bin/nx.js`,
    'run-many',
    '-t',
    'test',
    '--output-style=stream',
    // Each project takes all cores: more at a time would only take them from one another, and tests measure time.
    '--parallel=1',
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', ...process.env } },
);

const found = folders.filter((folder) => existsSync(resultsOf(folder)));
const silent = process.argv.length > 2 ? [] : folders.filter((folder) => !found.includes(folder));
const results = found.map((folder) => ({ folder, ...JSON.parse(readFileSync(resultsOf(folder), 'utf8')) }));

for (const { folder, skipped } of results) for (const name of skipped) console.log(`skipped: ${folder}: ${name}`);
for (const { folder, failures } of results) for (const name of failures) console.log(`failed: ${folder}: ${name}`);
for (const folder of silent) console.log(`failed: ${folder} gave no results`);

const passed = results.reduce((sum, result) => sum + result.passed, 0);
let failed = results.reduce((sum, result) => sum + result.failed, silent.length);
if (run.status !== 0 && failed === 0) {
  console.log('failed: a run ended badly although its tests passed; see the coverage thresholds and messages above');
  failed = 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
