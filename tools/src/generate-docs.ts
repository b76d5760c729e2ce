import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { generatedPages } from './generated-pages.js';
import { repositoryRoot } from './workspace.js';

for (const [path, render] of Object.entries(generatedPages)) {
  writeFileSync(join(repositoryRoot, path), render());
  console.log(`wrote ${path}`);
}
