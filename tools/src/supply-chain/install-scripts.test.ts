import { describe, expect, it } from '@jest/globals';

import { checkInstallScripts, installScripts } from './install-scripts.js';

const toDependency = (name: string) => ({
  name,
  place: `node_modules/${name}`,
  isForDevelopment: false,
  hasInstallScript: true,
});
const present = Object.keys(installScripts).map(toDependency);
const verdicts = Object.fromEntries(Object.entries(installScripts).map(([name, { allowed }]) => [name, allowed]));

describe('the check of install scripts', () => {
  it('is content with the listed packages under the listed verdicts', () => {
    expect(checkInstallScripts(present, verdicts)).toEqual([]);
  });

  it('refuses a package that nobody has looked at', () => {
    expect(checkInstallScripts([...present, toDependency('new')], verdicts)).toEqual([
      'new runs a script when it is installed, and nobody has looked at it',
    ]);
  });

  it('refuses a verdict on what is gone', () => {
    const left = present.filter(({ name }) => name !== 'nx');
    expect(checkInstallScripts(left, verdicts)).toEqual(['nx runs no script any more: remove it from the list']);
  });

  it('refuses that npm runs what the list denies', () => {
    expect(checkInstallScripts(present, { ...verdicts, nx: true })).toEqual([
      'package.json must say "nx": false in allowScripts',
    ]);
  });

  it('refuses that npm runs more than the list has', () => {
    expect(checkInstallScripts(present, { ...verdicts, sly: true })).toEqual([
      'allowScripts in package.json names sly, which is not on the list',
    ]);
  });
});
