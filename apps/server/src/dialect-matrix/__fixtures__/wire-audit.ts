import type { DialectId } from '@claudette/core';

import { openOfficialTypes } from './official-types.js';
import type { Shape, TypedDialect } from './official-types.js';
import type { Tapped } from './wiretap.js';

interface Message {
  /** The cell that it was seen in. */
  readonly cell: string;
  readonly dialect: DialectId;
  readonly shape: Shape;
  readonly value: unknown;
}

/** The messages of one kind, looked at. */
export interface Finding {
  readonly count: number;
  /** Each thing that is wrong once, with the first cell that has it. */
  readonly faults: readonly string[];
}

/** Keeps what went over the wire, to be held against the official types in the end. */
export interface WireAudit {
  addRequest(cell: string, dialect: DialectId, value: unknown): void;
  addAnswer(cell: string, dialect: DialectId, answer: Tapped): void;
  /** @param folder where the types are */
  check(dialect: TypedDialect, shape: Shape, folder: string): Finding;
}

/** The payloads of a stream, without OpenAI's mark of its end. */
const payloadsOf = (text: string): unknown[] =>
  [...text.matchAll(/^data: ?(.*)$/gm)]
    .map(([, data = '']) => data)
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data) as unknown);

export function createWireAudit(): WireAudit {
  const messages: Message[] = [];
  return {
    addRequest: (cell, dialect, value) => void messages.push({ cell, dialect, shape: 'request', value }),
    addAnswer(cell, dialect, { status, contentType, text }) {
      if (status !== 200) return;
      const isStream = contentType.startsWith('text/event-stream');
      const values = isStream ? payloadsOf(text) : [JSON.parse(text) as unknown];
      for (const value of values) messages.push({ cell, dialect, shape: isStream ? 'event' : 'reply', value });
    },
    check(dialect, shape, folder) {
      const findFault = openOfficialTypes(folder);
      const found = messages.filter((message) => message.dialect === dialect && message.shape === shape);
      const firstCells = new Map<string, string>();
      for (const { cell, value } of found) {
        const fault = findFault(dialect, shape, value);
        if (fault !== undefined && !firstCells.has(fault)) firstCells.set(fault, cell);
      }
      return { count: found.length, faults: [...firstCells].map(([fault, cell]) => `${cell}: ${fault}`) };
    },
  };
}
