/** The calls of a conversation, so that each result finds its own. Gemini's clients may leave the ids out. */
export interface CallLedger {
  add(id: string, name: string): void;
  /** The id of the call that a result answers: the one it names, else the first of that function without a result. */
  idOf(given: string | undefined, name: string): string;
}

export function createCallLedger(): CallLedger {
  const known = new Set<string>();
  const waiting: { readonly id: string; readonly name: string }[] = [];
  const settle = (at: number): string | undefined => waiting.splice(at, 1)[0]?.id;
  return {
    add(id, name) {
      known.add(id);
      waiting.push({ id, name });
    },
    idOf(given, name) {
      if (given !== undefined && known.has(given)) {
        const named = waiting.findIndex(({ id }) => id === given);
        if (named >= 0) settle(named);
        return given;
      }
      const next = waiting.findIndex((call) => call.name === name);
      // Of a call that is not in the conversation, the function's name is all that is known.
      return (next < 0 ? given : settle(next)) ?? name;
    },
  };
}
