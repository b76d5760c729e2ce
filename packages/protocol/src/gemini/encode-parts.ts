import { GatewayError } from '@claudette/core';
import type {
  DocumentPart,
  ForeignPart,
  ImagePart,
  Message,
  ReasoningPart,
  TextPart,
  ToolCallPart,
} from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { tryParseReply } from '../json/parse-reply.js';
import type { LossList } from '../loss-list.js';
import { toTextArguments } from '../text-calls.js';
import { mediaTypeOfUrl } from './media-type.js';
import type { WireFunctionCall, WireMedia, WirePart } from './wire-request.js';

type Part = Message['parts'][number];

/** Lists a cache hint as lost, once for each `path`. */
export const loseCacheHint = (holder: { readonly cacheHint?: unknown }, path: string, losses: LossList): void => {
  if (holder.cacheHint !== undefined) losses.add(`${path}.cacheHint`, 'Gemini caches prompts by itself, without hints');
};

/** A foreign part goes back to Gemini as it came; another dialect's is lost. */
export const encodeForeign = ({ dialect, path, value }: ForeignPart, losses: LossList): readonly unknown[] => {
  if (dialect === 'gemini') return [value];
  losses.add(path, `only ${dialect} knows it`);
  return [];
};

const encodeSource = (source: ImagePart['source'] | DocumentPart['source']): WireMedia => {
  if (source.kind === 'base64') return { inlineData: { mimeType: source.mediaType, data: source.data } };
  if (source.kind === 'text') {
    return { inlineData: { mimeType: 'text/plain', data: Buffer.from(source.text).toString('base64') } };
  }
  const mimeType = mediaTypeOfUrl(source.url);
  return { fileData: { fileUri: source.url, ...(mimeType !== undefined && { mimeType }) } };
};

/** An image or a document: as bytes, or by the URL that Google is to fetch. */
export const encodeMedia = (part: ImagePart | DocumentPart, path: string, losses: LossList): WireMedia => {
  loseCacheHint(part, path, losses);
  if (part.type === 'image') {
    const { detail = 'auto' } = part;
    if (detail !== 'auto') losses.add(`${path}.detail`, 'Gemini images have no such setting');
  } else if (part.name !== undefined) losses.add(`${path}.name`, 'Gemini documents have no name');
  return encodeSource(part.source);
};

/** Gemini's own signature; another provider's says nothing to it. */
const signatureOf = ({ state }: Pick<TextPart, 'state'>): { readonly thoughtSignature?: string } =>
  state?.dialect === 'gemini' ? { thoughtSignature: state.data } : {};

const encodeText = (part: TextPart, path: string, losses: LossList): readonly WirePart[] => {
  const { text, citations } = part;
  loseCacheHint(part, path, losses);
  if (citations !== undefined) losses.add(`${path}.citations`, 'Gemini takes no citations back');
  const signature = signatureOf(part);
  // Gemini refuses empty text, unless a signature came with it.
  return text === '' && signature.thoughtSignature === undefined ? [] : [{ text, ...signature }];
};

const encodeReasoning = (part: ReasoningPart, path: string, losses: LossList): readonly WirePart[] => {
  const { text, state } = part;
  if (state !== undefined && state.dialect !== 'gemini') {
    if (text !== '') losses.add(path, 'reasoning of another provider');
    return [];
  }
  return text === '' && state === undefined ? [] : [{ text, thought: true, ...signatureOf(part) }];
};

/** The arguments of a call as the object that Gemini wants; undefined when they are none. */
const parseArguments = ({ arguments: text, takesText }: ToolCallPart): JsonObject | undefined => {
  if (takesText === true) return tryParseReply(toTextArguments(text));
  return text === '' ? {} : tryParseReply(text);
};

const encodeToolCall = (part: ToolCallPart, path: string, losses: LossList): WireFunctionCall => {
  loseCacheHint(part, path, losses);
  const args = parseArguments(part);
  if (args === undefined) throw new GatewayError('invalid_request', `${path}.arguments must be a JSON object as text`);
  return { functionCall: { id: part.id, name: part.name, args }, ...signatureOf(part) };
};

/**
 * The parts of a message.
 * @throws GatewayError `invalid_request` for tool arguments that are not a JSON object
 */
export const encodeParts = (parts: readonly Part[], path: string, losses: LossList): readonly unknown[] =>
  parts.flatMap((part, index): readonly unknown[] => {
    const partPath = `${path}[${index}]`;
    switch (part.type) {
      case 'text':
        return encodeText(part, partPath, losses);
      case 'refusal':
        return [{ text: part.text }];
      case 'image':
      case 'document':
        return [encodeMedia(part, partPath, losses)];
      case 'reasoning':
        return encodeReasoning(part, partPath, losses);
      case 'tool-call':
        return [encodeToolCall(part, partPath, losses)];
      case 'foreign':
        return encodeForeign(part, losses);
    }
  });
