import { GatewayError } from '@claudette/core';
import type { MediaFetchResult } from '@claudette/core';

/** What can keep a file from being fetched. */
export type FetchRule = Exclude<MediaFetchResult, 'fetched' | 'abandoned'>;

/**
 * A file was not fetched. It says which rule refused and never what is at the address: whoever gives the URL may be asking
 * just that.
 */
export class FetchRefusal extends GatewayError {
  readonly rule: FetchRule;

  constructor(rule: FetchRule, detail: string, options?: ErrorOptions) {
    super('translation_refused', detail, options);
    this.name = 'FetchRefusal';
    this.rule = rule;
  }
}
