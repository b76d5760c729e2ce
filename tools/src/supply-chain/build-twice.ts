import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { readProjects, repositoryRoot, scope } from '../workspace.js';

/** The sha512 of what would be published, by package. */
type Contents = ReadonlyMap<string, string>;

const run = promisify(execFile);

/** What the builds read, without anything that a build has made. */
const inputs = ['package.json', 'tsconfig.base.json', 'packages', 'apps', 'tools/bundle.mjs'];

function copySources(folder: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ...inputs], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  const paths = listed.split('\0').filter((path) => path !== '' && existsSync(join(repositoryRoot, path)));
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(repositoryRoot, path), join(folder, path));
  }
}

/** Everything that is installed, but our own packages are the copies. */
function linkModules(folder: string): void {
  const installed = join(repositoryRoot, 'node_modules');
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, scope), { recursive: true });
  for (const name of readdirSync(installed)) {
    if (`${name}/` !== scope && name !== '.bin') symlinkSync(join(installed, name), join(modules, name));
  }
  for (const { folder: place, manifest } of readProjects()) {
    symlinkSync(join(folder, place), join(modules, manifest.name));
    // Versions that only this project has.
    const own = join(place, 'node_modules');
    if (existsSync(join(repositoryRoot, own))) symlinkSync(join(repositoryRoot, own), join(folder, own));
  }
}

async function buildIn(folder: string): Promise<Contents> {
  copySources(folder);
  linkModules(folder);
  const packages = readdirSync(join(folder, 'packages')).map((name) => `packages/${name}/tsconfig.lib.json`);
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 };
  const compiler = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
  // Types are checked elsewhere; what is written is the same.
  await run(process.execPath, [compiler, '-b', '--noCheck', ...packages], options);
  await run(process.execPath, ['tools/bundle.mjs'], options);
  const { stdout } = await run('npm', ['pack', '--workspaces', '--dry-run', '--json', '--ignore-scripts'], options);
  const packed = JSON.parse(stdout) as readonly { readonly name: string; readonly integrity: string }[];
  return new Map(packed.map(({ name, integrity }) => [name, integrity]));
}

/** Builds and packs everything in two new folders and gives the packages with what each folder made of them. */
export async function buildTwice(): Promise<ReadonlyMap<string, readonly [string, string | undefined]>> {
  const folders = ['one', 'other'].map((name) => mkdtempSync(join(tmpdir(), `claudette-${name}-`)));
  try {
    const [one, other] = (await Promise.all(folders.map(buildIn))) as [Contents, Contents];
    return new Map([...one].map(([name, integrity]) => [name, [integrity, other.get(name)]]));
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}
