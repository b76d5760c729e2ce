/** What a call wants: an answer, the number of tokens of its prompt, or vectors. */
export type Operation = 'generate' | 'count' | 'embed';
