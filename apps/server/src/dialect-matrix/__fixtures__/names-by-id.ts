/** Finds the name of the call that a result answers. */
export const namesById =
  (calls: readonly { readonly id: string; readonly name: string }[]) =>
  (id: string): string =>
    calls.find((call) => call.id === id)?.name ?? `no call has the id ${id}`;
