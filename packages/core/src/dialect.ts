/** The wire protocols a client or a backend can speak. */
export const dialectIds = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'] as const;

/** One wire protocol, named after the API that defines it. */
export type DialectId = (typeof dialectIds)[number];

/** How a reply travels: one JSON body, or server-sent events. */
export type Framing = 'json' | 'sse';
