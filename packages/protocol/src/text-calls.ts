import type { ChatEvent, Tool } from '@claudette/core';

/** The arguments of a tool that takes text, where tools are functions. */
export const textToolParameters = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
} as const;

/** The text of a call as the arguments of a function. */
export const toTextArguments = (text: string): string => JSON.stringify({ input: text });

/** The reverse. Arguments that are anything else are handed on as they are: nothing is lost. */
const fromTextArguments = (text: string): string => {
  try {
    const { input, ...rest } = JSON.parse(text) as { readonly input?: unknown };
    return typeof input === 'string' && Object.keys(rest).length === 0 ? input : text;
  } catch {
    return text;
  }
};

const passOn = (event: ChatEvent): readonly ChatEvent[] => [event];

const nothing: readonly ChatEvent[] = [];

/**
 * Turns function calls of tools that take text back into calls with text: what a backend answers that only knows
 * functions. The arguments are held until the call ends; every other event passes as it is, at once. For one reply.
 */
export const restoreTextCalls = (tools: readonly Tool[]): ((event: ChatEvent) => readonly ChatEvent[]) => {
  const names = new Set(tools.filter(({ takesText }) => takesText !== undefined).map(({ name }) => name));
  if (names.size === 0) return passOn;

  const held = new Map<number, string>();
  return (event) => {
    switch (event.type) {
      case 'tool-call-start':
        if (event.takesText === true || !names.has(event.name)) return [event];
        held.set(event.block, '');
        return [{ ...event, takesText: true }];
      case 'tool-call-delta': {
        const before = held.get(event.block);
        if (before === undefined) return [event];
        held.set(event.block, before + event.arguments);
        return nothing;
      }
      case 'tool-call-end': {
        const whole = held.get(event.block);
        if (whole === undefined) return [event];
        held.delete(event.block);
        const text = fromTextArguments(whole);
        return text === '' ? [event] : [{ type: 'tool-call-delta', block: event.block, arguments: text }, event];
      }
      default:
        return [event];
    }
  };
};
