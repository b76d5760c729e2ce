import type { DocumentPart, ImagePart, Message } from '@claudette/core';

import type { LossList } from '../loss-list.js';
import { encodeForeign, encodeMedia, loseCacheHint } from './encode-parts.js';
import type { WireFunctionResponse, WireMedia } from './wire-request.js';

type ToolMessage = Extract<Message, { role: 'tool' }>;

export interface EncodedResult {
  readonly response: WireFunctionResponse;
  /** What the result holds but the response cannot, to stand behind all responses of the turn. */
  readonly beside: readonly unknown[];
}

const isInline = ({ source }: ImagePart | DocumentPart): boolean => source.kind !== 'url';

/**
 * A tool result as Google has it: an object with the `output` or the `error`, under the function's name. Images and
 * documents go inside where the model takes them there, and only as bytes; elsewhere they follow the response, with a
 * text that names the call.
 *
 * @param name the function that was called
 */
export const encodeFunctionResponse = (
  message: ToolMessage,
  name: string,
  path: string,
  takesMedia: boolean,
  losses: LossList,
): EncodedResult => {
  loseCacheHint(message, path, losses);
  const texts: string[] = [];
  const inside: unknown[] = [];
  const beside: WireMedia[] = [];
  for (const [index, part] of message.parts.entries()) {
    const partPath = `${path}.content[${index}]`;
    if (part.type === 'text') {
      loseCacheHint(part, partPath, losses);
      texts.push(part.text);
    } else if (part.type === 'foreign') inside.push(...encodeForeign(part, losses));
    else (takesMedia && isInline(part) ? inside : beside).push(encodeMedia(part, partPath, losses));
  }
  const text = texts.join('\n');
  const id = message.toolCallId;
  return {
    response: {
      functionResponse: {
        id,
        name,
        response: message.isError === true ? { error: text } : { output: text },
        ...(inside.length > 0 && { parts: inside }),
      },
    },
    beside: beside.length === 0 ? [] : [{ text: `Belongs to the result of ${name} (${id}):` }, ...beside],
  };
};
