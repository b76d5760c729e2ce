import { GatewayError } from '@claudette/core';
import type { ClientRequest } from '@claudette/gateway';

const verbs = ['generateContent', 'streamGenerateContent', 'countTokens'] as const;

/**
 * What stands behind `models/` in a Gemini path, as a request: the verb follows the last colon, because model ids may
 * contain colons and slashes. Streams are a JSON array unless the client asks for `alt=sse`.
 * @throws GatewayError `route_not_found` naming the verbs
 */
export function readGeminiPath(
  path: string,
  alt: string | undefined,
): Pick<ClientRequest, 'dialect' | 'operation' | 'address' | 'framing'> {
  const at = path.lastIndexOf(':');
  const verb = verbs.find((known) => known === path.slice(at + 1));
  if (at < 1 || verb === undefined) {
    throw new GatewayError('route_not_found', `models/${path}; a model is asked by :${verbs.join(', :')}`);
  }
  const stream = verb === 'streamGenerateContent';
  return {
    dialect: 'gemini',
    operation: verb === 'countTokens' ? 'count' : 'generate',
    address: { model: path.slice(0, at), stream },
    ...(stream && alt !== 'sse' && { framing: 'json-array' as const }),
  };
}
