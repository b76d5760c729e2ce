import { createHash } from 'node:crypto';

import type { Message } from '@claudette/core';

const LENGTH = 9;
const short = /^[a-zA-Z0-9]{9}$/;

/** The same nine letters and digits for the same id, whatever it was. */
const shorten = (id: string): string =>
  short.test(id)
    ? id
    : createHash('sha256')
        .update(id)
        .digest('base64')
        .replace(/[^a-zA-Z0-9]/g, '')
        .slice(0, LENGTH);

/** The conversation for vendors that take ids of tool calls only in one form; calls and results still belong together. */
export const shortenCallIds = (messages: readonly Message[]): readonly Message[] =>
  messages.map((message) => {
    if (message.role === 'tool') return { ...message, toolCallId: shorten(message.toolCallId) };
    if (message.role !== 'assistant') return message;
    const parts = message.parts.map((part) => (part.type === 'tool-call' ? { ...part, id: shorten(part.id) } : part));
    return { ...message, parts };
  });
