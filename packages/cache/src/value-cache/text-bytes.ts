/** Bytes that V8 needs for the characters of a text: one each, or two where any is beyond Latin-1. */
export const textBytes = (text: string): number => (beyondLatin1.test(text) ? 2 * text.length : text.length);

const beyondLatin1 = /[^\0-\xff]/;
