/**
 * The beginning of a text, cut between words: half a secret cannot be recognized, and so not be masked, by whoever shows it.
 * @param maxCharacters of the text; the ellipsis comes on top
 */
export const quoteBeginning = (text: string, maxCharacters: number): string =>
  text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters).replace(/[\w.~+/=-]+$/, '')}…`;
