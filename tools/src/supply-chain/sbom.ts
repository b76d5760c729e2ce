import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { repositoryRoot, scope } from '../workspace.js';
import type { Dependency } from './lockfile.js';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}

/** What is read and changed of a CycloneDX document. */
export interface Sbom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const purlOf = ({ name, version }: Dependency): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;
const oursStart = `pkg:npm/${scope.replace('@', '%40')}`;

/**
 * The software bill of materials of what we ship: what npm says of everything that is installed, without what is for
 * development only. npm's own `--omit dev` is of no use here: it also leaves out what development needs as well.
 */
export function selectShipped(everything: Sbom, shipped: readonly Dependency[]): Sbom {
  const wanted = new Set(shipped.map(purlOf));
  const components = everything.components.filter(({ purl }) => wanted.has(purl) || purl.startsWith(oursStart));
  const { component } = everything.metadata;
  const kept = new Set([component, ...components].map((one) => one['bom-ref']));
  return {
    ...everything,
    // npm takes the name of the folder.
    metadata: { ...everything.metadata, component: { ...component, name: 'claudette' } },
    components,
    dependencies: everything.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) })),
  };
}

/** The bill of everything that is installed here. */
export const readInstalled = (): Sbom =>
  JSON.parse(
    execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
      cwd: repositoryRoot,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as Sbom;

/** What of the packages is not in the bill. */
export function checkSbom({ components }: Sbom, packages: readonly Dependency[]): readonly string[] {
  const known = new Set(components.map(({ purl }) => purl));
  return packages.filter((one) => !known.has(purlOf(one))).map(({ name, version }) => `it lacks ${name} ${version}`);
}

/** Writes it and says where. */
export function writeSbom(sbom: Sbom): string {
  const path = 'dist/sbom.cdx.json';
  mkdirSync(dirname(join(repositoryRoot, path)), { recursive: true });
  writeFileSync(join(repositoryRoot, path), `${JSON.stringify(sbom, undefined, 2)}\n`);
  return path;
}
