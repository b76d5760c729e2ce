/** The id of a call, made of nothing but what the provider accepts: calls and results alike, so that they still match. */
export const toToolUseId = (id: string): string => id.replaceAll(/[^a-zA-Z0-9_-]/g, '_');
