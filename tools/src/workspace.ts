import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top-level folder of the repository. */
export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

/** What the checks read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly tags?: readonly string[] };
}

/** A package or an app: its folder relative to the repository, and its package.json. */
export interface Project {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Our own scope; what starts with it is ours. */
export const scope = '@claudette/';

/** The package.json in a folder of the repository. */
export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(repositoryRoot, folder, 'package.json'), 'utf8')) as Manifest;

/** Every package and app, in alphabetical order; the tools are not part of the house. */
export const readProjects = (): readonly Project[] =>
  ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(repositoryRoot, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${parent}/${entry.name}`)
      .sort()
      .map((folder) => ({ folder, manifest: readManifest(folder) })),
  );

/** The text of a file of the repository. */
export const readText = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');
