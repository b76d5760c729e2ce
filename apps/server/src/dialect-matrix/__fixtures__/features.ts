import type { Feature } from './cell.js';
import { controlFeatures } from './control-features.js';
import { endingFeatures } from './ending-features.js';
import { mediaFeatures } from './media-features.js';
import { plainFeatures } from './plain-features.js';
import { toolFeatures } from './tool-features.js';

/** The columns of the matrix. */
export const features: readonly Feature[] = [
  ...plainFeatures,
  ...toolFeatures,
  ...mediaFeatures,
  ...controlFeatures,
  ...endingFeatures,
];
