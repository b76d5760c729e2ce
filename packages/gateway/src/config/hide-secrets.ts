import { isTree } from './merge-layers.js';

/** What stands in place of a secret. */
const HIDDEN = '***';

const userInfo = /(?<=^[a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i;
const secretParameter = /(?<=[?&][^=&#]*(?:key|pass|pwd|secret|token|auth|credential|sig)[^=&#]*=)[^&#]+/gi;

/**
 * A value of the configuration as people may see it: values of headers, and what URLs say of users, passwords and keys,
 * are `***`. References to keys (`env:NAME`) hold no secret.
 * @param path where it stands
 */
export function hideSecrets(value: unknown, path: readonly PropertyKey[]): unknown {
  if (Array.isArray(value)) return value.map((item) => hideSecrets(item, path));
  if (isTree(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, hideSecrets(below, [...path, key])]));
  }
  if (typeof value !== 'string') return value;
  if (path[0] === 'backends' && path[2] === 'headers') return HIDDEN;
  return value.replace(userInfo, `${HIDDEN}@`).replace(secretParameter, HIDDEN);
}
