import type { Call, ChatRequest, DialectId, DocumentPart, ImagePart, Target, UserPart } from '@claudette/core';

/** A file that a request names by its URL. */
export interface MediaLink {
  readonly kind: 'image' | 'document';
  readonly url: string;
}

/** The file itself. */
export type InlineSource = Exclude<DocumentPart['source'], { kind: 'url' }>;

/** Files by the name of their link. */
export type InlineSources = ReadonlyMap<string, InlineSource>;

/** A request with files in the place of links: the client's bytes no longer say what is to be sent. */
interface InlinedRequest extends ChatRequest {
  readonly inlined: true;
}

export const isInlined = (request: ChatRequest): request is InlinedRequest => 'inlined' in request;

/** Dialects with a field for a document's bytes and none for its URL. All have one for an image's. */
const withoutDocumentUrls: ReadonlySet<DialectId> = new Set<DialectId>(['openai-chat']);

const noLinks: ReadonlyMap<string, MediaLink> = new Map();

const nameOf = ({ kind, url }: MediaLink): string => `${kind} ${url}`;

/** Other schemes (`gs:`, `data:`) are for providers to make sense of. */
const linkOf = (part: UserPart): MediaLink | undefined =>
  (part.type === 'image' || part.type === 'document') && part.source.kind === 'url' && /^https?:/i.test(part.source.url)
    ? { kind: part.type, url: part.source.url }
    : undefined;

/**
 * The links that a target can do nothing with, by name. A body that goes to a target of its own dialect is the client's
 * own matter, unless the target is known to take no links at all.
 *
 * @param takesUrls what the configuration says of the target
 */
export function findLinks(
  { original, request }: Pick<Call, 'original' | 'request'>,
  { dialect }: Target,
  takesUrls: boolean | undefined,
): ReadonlyMap<string, MediaLink> {
  const documentsOnly = takesUrls !== false;
  if (documentsOnly && (original?.dialect === dialect || !withoutDocumentUrls.has(dialect))) return noLinks;
  let links: Map<string, MediaLink> | undefined;
  for (const message of request.messages) {
    if (message.role !== 'user' && message.role !== 'tool') continue;
    for (const part of message.parts) {
      const link = linkOf(part);
      if (link === undefined || (documentsOnly && link.kind === 'image')) continue;
      links ??= new Map();
      links.set(nameOf(link), link);
    }
  }
  return links ?? noLinks;
}

const inline = (part: ImagePart | DocumentPart, source: InlineSource): ImagePart | DocumentPart => {
  if (part.type === 'document') return { ...part, source };
  return source.kind === 'base64' ? { ...part, source } : part;
};

/** The request with files in the place of their links. */
export function inlineMedia(request: ChatRequest, sources: InlineSources): InlinedRequest {
  const replace = (part: UserPart): UserPart => {
    const link = linkOf(part);
    const source = link && sources.get(nameOf(link));
    return source === undefined || (part.type !== 'image' && part.type !== 'document') ? part : inline(part, source);
  };
  const messages = request.messages.map((message) =>
    message.role === 'user' || message.role === 'tool' ? { ...message, parts: message.parts.map(replace) } : message,
  );
  return { ...request, messages, inlined: true };
}
