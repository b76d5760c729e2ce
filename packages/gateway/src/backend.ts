import type { Target, Transport } from '@claudette/core';
import type { Provider } from '@claudette/providers';

import type { BackendConfig } from './config/schema.js';

/** A configured provider endpoint, ready to be called. */
export interface Backend {
  readonly name: string;
  readonly provider: Provider;
  readonly config: BackendConfig;
  /** Where it is; what the codec's path is appended to. */
  readonly baseUrl: string;
  /** References to its credentials, which take turns; empty where it needs none. */
  readonly keys: readonly string[];
  /** One for each model it lists. */
  readonly targets: readonly Target[];
  readonly transport: Transport;
}
