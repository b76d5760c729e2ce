import type { Citation, OpaqueState } from '@claudette/core';

import { compact } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { asText, tryParseReply } from '../json/parse-reply.js';

import { decodeState, noProof } from './own-state.js';
import type { WireCitation } from './wire.js';

/** A citation together with the provider's proof of it, which is empty where there is none. */
export interface ProvenCitation {
  readonly citation: Citation;
  readonly proof: string;
}

/** The fields that `decodeCitation` reads. */
export const citationFields: readonly string[] = ['type', 'url', 'title', 'cited_text', 'encrypted_index'];

/** Undefined for a citation without a URL: of a document, or of a search result that the client gave. */
export const decodeCitation = (wire: JsonObject): ProvenCitation | undefined => {
  const url = asText(wire['url']);
  if (wire['type'] !== 'web_search_result_location' || url === undefined) return undefined;
  return {
    citation: compact({ url, title: asText(wire['title']), citedText: asText(wire['cited_text']) }),
    proof: decodeState(asText(wire['encrypted_index']), 'encrypted')?.data ?? '',
  };
};

/** The proofs of a text's citations, in their order, as one state that stays with the text; undefined without any. */
export const toCitationState = (proofs: readonly string[]): OpaqueState | undefined =>
  proofs.every((proof) => proof === '')
    ? undefined
    : { dialect: 'anthropic-messages', kind: 'encrypted', data: JSON.stringify({ proofs }) };

const readProofs = (state: OpaqueState | undefined): readonly unknown[] => {
  const proofs = state?.dialect === 'anthropic-messages' ? tryParseReply(state.data)?.['proofs'] : undefined;
  return Array.isArray(proofs) ? proofs : [];
};

const toWire = ({ url, title, citedText }: Citation, proof: string): WireCitation => ({
  type: 'web_search_result_location',
  url,
  title: title ?? null,
  cited_text: citedText ?? '',
  encrypted_index: proof,
});

/** The citations of an answer, for a client. */
export const encodeCitations = (
  citations: readonly Citation[],
  state: OpaqueState | undefined,
): readonly WireCitation[] => {
  const proofs = readProofs(state);
  return citations.map((citation, index) => toWire(citation, asText(proofs[index]) ?? noProof('encrypted')));
};

/** Those of a text in the history that the provider can prove: it refuses the others. */
export const encodeProvenCitations = (
  citations: readonly Citation[],
  state: OpaqueState | undefined,
): readonly WireCitation[] => {
  const proofs = readProofs(state);
  return citations.flatMap((citation, index) => {
    const proof = asText(proofs[index]);
    return proof === undefined ? [] : [toWire(citation, proof)];
  });
};
