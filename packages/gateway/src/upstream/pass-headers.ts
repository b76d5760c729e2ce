/** Response headers of providers that clients and operators use; everything else stays behind. */
const passed =
  /^(x-request-id|request-id|openai-processing-ms|openai-version|anthropic-ratelimit-.*|x-ratelimit-.*|retry-after)$/;

/** The one word about caching that is handed on: providers say `no-cache` and `private` out of habit. */
const noStore = /(?:^|[\s,])no-store(?=$|[\s,])/i;

/** The provider's headers that a client may see. */
export function passHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && passed.test(name)) kept[name] = value;
  }
  const caching = headers['cache-control'];
  if (caching !== undefined && noStore.test(caching)) kept['cache-control'] = 'no-store';
  return kept;
}
