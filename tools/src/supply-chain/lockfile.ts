import { readText } from '../workspace.js';

/** What the checks read of a package in package-lock.json. */
export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  /** One of ours, linked from node_modules. */
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

/** A package of somebody else's, at one of its places. */
export interface Dependency extends LockedPackage {
  readonly name: string;
  /** Where it lies, e.g. `node_modules/a/node_modules/b`. */
  readonly place: string;
  /** It is needed for building and testing only. */
  readonly isForDevelopment: boolean;
}

type Lockfile = Readonly<Record<string, LockedPackage>>;

const parent = 'node_modules/';

/** The places in package-lock.json. */
export const readLockfile = (): Lockfile =>
  (JSON.parse(readText('package-lock.json')) as { readonly packages: Lockfile }).packages;

/** Every package of somebody else's, by name. */
export const listDependencies = (lockfile: Lockfile): readonly Dependency[] =>
  Object.entries(lockfile)
    .filter(([place, { link }]) => place.includes(parent) && link !== true)
    .map(([place, locked]) => ({
      ...locked,
      place,
      name: place.slice(place.lastIndexOf(parent) + parent.length),
      isForDevelopment: locked.dev === true || locked.devOptional === true,
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));

/**
 * What is wrong with a lockfile: a package that is not bound to its contents, or that comes from somewhere else than the
 * registry of whoever installs it.
 */
export const checkLockfile = (lockfile: Lockfile): readonly string[] =>
  listDependencies(lockfile).flatMap(({ place, version, integrity, resolved }) => [
    ...(/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '') ? [] : [`${place} has no sha512 of its contents`]),
    ...(/^\d+\.\d+\.\d+/.test(version ?? '') ? [] : [`${place} has no version but ${version ?? 'nothing'}`]),
    ...(resolved === undefined ? [] : [`${place} comes from ${new URL(resolved, 'file:').protocol}`]),
  ]);
