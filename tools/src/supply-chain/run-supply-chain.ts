import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { readText, repositoryRoot } from '../workspace.js';
import { buildTwice } from './build-twice.js';
import { checkInstallScripts } from './install-scripts.js';
import { checkLicences } from './licences.js';
import { checkLockfile, listDependencies, readLockfile } from './lockfile.js';
import { checkSbom, readInstalled, selectShipped, writeSbom } from './sbom.js';
import { scanFiles } from './secret-scan.js';

/** `npm run supply-chain`: everything that can be checked of what we get from others and give to others. */
const lockfile = readLockfile();
const dependencies = listDependencies(lockfile);
const shipped = dependencies.filter(({ isForDevelopment }) => !isForDevelopment);
let isFine = true;

const report = (name: string, problems: readonly string[], summary: string): void => {
  if (problems.length > 0) isFine = false;
  console.log(`supply chain: ${name}: ${problems.length === 0 ? summary : `${problems.length} problems`}`);
  for (const problem of problems) console.log(`  ${problem}`);
};

/** Native parts for other platforms are in the lockfile, but not here. */
const installed = shipped.filter(({ place }) => existsSync(join(repositoryRoot, place, 'package.json')));

const { allowScripts = {} } = JSON.parse(readText('package.json')) as { allowScripts?: Record<string, boolean> };

report('lockfile', checkLockfile(lockfile), `${dependencies.length} packages, each bound to its sha512`);
report('licences', checkLicences(dependencies), `${shipped.length} packages shipped, docs/licences.md lists them`);
report(
  'install scripts',
  [
    ...checkInstallScripts(dependencies, allowScripts),
    ...(readText('.npmrc').includes('strict-allow-scripts=true') ? [] : ['.npmrc must say strict-allow-scripts=true']),
  ],
  'as listed, each with a reason',
);
report(
  'secrets',
  scanFiles().map(({ path, line, start }) => `${path}:${line}: looks like a key: ${start}...`),
  'none in any file',
);
const sbom = selectShipped(readInstalled(), shipped);
report('SBOM', checkSbom(sbom, installed), `${sbom.components.length} components, ${writeSbom(sbom)}`);
try {
  const built = await buildTwice();
  report(
    'contents',
    [...built].filter(([, [one, other]]) => one !== other).map(([name]) => `${name} is not the same when built again`),
    `${built.size} packages are the same when built in two places`,
  );
} catch (thrown) {
  const { stdout, stderr, message } = thrown as Error & { readonly stdout?: string; readonly stderr?: string };
  report('contents', [`the build failed: ${stdout || stderr || message}`], '');
}
process.exitCode = isFine ? 0 : 1;
