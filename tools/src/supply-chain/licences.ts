import type { Dependency } from './lockfile.js';

/** Licences under which a package may be part of what we ship: they ask for a notice at most. */
const forProduct: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
]);

/** Further ones for what only builds and tests, and is passed on to nobody. */
const forDevelopment: ReadonlySet<string> = new Set([
  ...forProduct,
  'CC-BY-4.0',
  'CC0-1.0',
  'Public Domain',
  'Python-2.0',
  'WTFPL',
]);

const trimBrackets = (expression: string): string => expression.replace(/^\((.*)\)$/, '$1');

/** Whether an expression such as `(MIT OR GPL-3.0)` or `MIT AND ISC` can be met with the allowed licences alone. */
export const isAllowed = (expression: string, allowed: ReadonlySet<string>): boolean =>
  trimBrackets(expression)
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => allowed.has(licence)));

/** Packages that tell no licence, or one that we cannot accept where they are used. */
export const checkLicences = (dependencies: readonly Dependency[]): readonly string[] =>
  dependencies
    .filter(
      ({ license, isForDevelopment }) =>
        license === undefined || !isAllowed(license, isForDevelopment ? forDevelopment : forProduct),
    )
    .map(({ place, license }) => `${place} has the licence ${license ?? 'of nobody knows'}`);
