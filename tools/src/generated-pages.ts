import { configurationPage, configurationSchema } from './configuration-page.js';
import { dialectsPage } from './dialects-page.js';
import { errorsPage } from './errors-page.js';
import { metricsPage } from './metrics-page.js';
import { licencesPage } from './supply-chain/licences-page.js';

/** Pages that are written by `npm run docs`: path in the repository to the text the code asks for. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  'docs/config.schema.json': configurationSchema,
  'docs/configuration.md': configurationPage,
  'docs/dialects.md': dialectsPage,
  'docs/errors.md': errorsPage,
  'docs/licences.md': licencesPage,
  'docs/metrics.md': metricsPage,
};
