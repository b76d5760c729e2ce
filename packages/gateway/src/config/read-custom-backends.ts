import { GatewayError } from '@claudette/core';

/** `CUSTOM_BACKEND_<n>_API_URL`, `_API_KEY`, `_MODEL`: OpenAI-compatible backends from the environment alone. */
export function readCustomBackends(environment: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  const backends: Record<string, unknown> = {};
  for (const name of Object.keys(environment).sort()) {
    const number = /^CUSTOM_BACKEND_(\d+)_API_URL$/.exec(name)?.[1];
    const baseUrl = environment[name];
    if (number === undefined || !baseUrl) continue;
    const model = environment[`CUSTOM_BACKEND_${number}_MODEL`];
    if (!model) {
      throw new GatewayError(
        'configuration_invalid',
        `${name} is set, but CUSTOM_BACKEND_${number}_MODEL, its model, is not`,
      );
    }
    const keyName = `CUSTOM_BACKEND_${number}_API_KEY`;
    backends[`custom-${number}`] = {
      provider: 'openai-compatible',
      baseUrl,
      models: [model],
      ...(environment[keyName] && { apiKey: `env:${keyName}` }),
    };
  }
  return backends;
}
