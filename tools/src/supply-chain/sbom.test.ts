import { describe, expect, it } from '@jest/globals';

import { checkSbom, selectShipped } from './sbom.js';
import type { Sbom } from './sbom.js';

const component = (name: string, version = '1.0.0') => ({
  'bom-ref': `${name}@${version}`,
  name,
  version,
  purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
});
const dependency = (name: string, version = '1.0.0') => ({
  name,
  version,
  place: `node_modules/${name}`,
  isForDevelopment: false,
});

const everything: Sbom = {
  metadata: { component: component('folder') },
  components: [component('@claudette/core'), component('@s/a'), component('a', '2.0.0'), component('tool')],
  dependencies: [
    { ref: 'folder@1.0.0', dependsOn: ['@claudette/core@1.0.0', 'tool@1.0.0'] },
    { ref: '@claudette/core@1.0.0', dependsOn: ['@s/a@1.0.0'] },
    { ref: 'tool@1.0.0', dependsOn: ['a@2.0.0'] },
  ],
};
const wanted = [dependency('@s/a'), dependency('a', '1.0.0')];
const shipped = selectShipped(everything, wanted);

describe('the bill of materials', () => {
  it('has what is ours and what we ship, in the version that we ship', () => {
    expect(shipped.components.map(({ name }) => name)).toEqual(['@claudette/core', '@s/a']);
  });

  it('is about the product, whatever its folder is called', () => {
    expect(shipped.metadata.component).toMatchObject({ name: 'claudette', 'bom-ref': 'folder@1.0.0' });
  });

  it('refers to nothing that it does not have', () => {
    expect(shipped.dependencies).toEqual([
      { ref: 'folder@1.0.0', dependsOn: ['@claudette/core@1.0.0'] },
      { ref: '@claudette/core@1.0.0', dependsOn: ['@s/a@1.0.0'] },
    ]);
  });

  it('is found incomplete when it lacks something', () => {
    expect(checkSbom(shipped, wanted)).toEqual(['it lacks a 1.0.0']);
  });
});
