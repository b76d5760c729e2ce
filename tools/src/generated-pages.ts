import { dialectsPage } from './dialects-page.js';
import { errorsPage } from './errors-page.js';
import { metricsPage } from './metrics-page.js';

/** Pages that are written by `npm run docs`: path in the repository to the text the code asks for. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  'docs/dialects.md': dialectsPage,
  'docs/errors.md': errorsPage,
  'docs/metrics.md': metricsPage,
};
