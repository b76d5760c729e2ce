import type { DialectId } from '@claudette/core';
import type { DialectOptions } from '@claudette/protocol';

/** How a backend learns who calls. */
export interface ProviderAuth {
  /** `bearer`: `authorization: Bearer <key>`; `header`: the key alone in a header of the vendor's; `none`: no key. */
  readonly scheme: 'bearer' | 'header' | 'none';
  /** The header's lower-case name, for the scheme `header`. */
  readonly header?: string;
  /** Environment variables that usually hold the key, the preferred one first. */
  readonly environment: readonly string[];
}

/** Where a provider lists the models it has. */
export interface ModelDiscovery {
  /** Follows the base URL; answers a GET with JSON, costs nothing. */
  readonly path: string;
  /** The field of the answer that holds the list. */
  readonly modelsField: string;
  /** The field of each entry that holds the model id. */
  readonly nameField: string;
}

/** A vendor, as data. */
export interface Provider {
  /** The name in configurations, e.g. `anthropic`. */
  readonly id: string;
  /** The name for people. */
  readonly name: string;
  /** What it is spoken to where the client's own dialect is none of its. */
  readonly dialect: DialectId;
  /** What it speaks besides, at the same address. A client of one of these is answered in the provider's own bytes. */
  readonly alsoSpeaks: readonly DialectId[];
  /** With the version part for the OpenAI family, without one for the others. Null: each backend has its own. */
  readonly baseUrl: string | null;
  /** Stands between the base URL and the dialect's path. */
  readonly pathPrefix: string;
  readonly auth: ProviderAuth;
  /** Sent with every request, lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The client's headers that go on to a backend of the same dialect, lower-case names. Never a credential. */
  readonly forwardHeaders: readonly string[];
  readonly options: DialectOptions;
  /** Served when the backend is found without configuration. */
  readonly defaultModels: readonly string[];
  readonly discovery?: ModelDiscovery;
}
