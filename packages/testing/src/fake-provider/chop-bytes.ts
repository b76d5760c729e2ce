import { headersStep } from './fake-reply.js';
import type { FakeReply } from './fake-reply.js';
import { write } from './step.js';
import type { Step } from './step.js';

const bytesOf = (reply: FakeReply): Buffer => Buffer.from(reply.pieces.map((piece) => piece.text).join(''));

/** The top two bits of a byte that continues a UTF-8 character are 10. */
const continuesCharacter = (byte: number): boolean => (byte & 0b1100_0000) === 0b1000_0000;

/** Writes so many bytes at a time. */
export function chopEvery(reply: FakeReply, size: number): Step[] {
  const bytes = bytesOf(reply);
  const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, part) =>
    write(bytes.subarray(part * size, (part + 1) * size)),
  );
  return [headersStep(reply), ...parts, { do: 'end' }];
}

/** Cuts before every byte that continues a character, so that no character of several bytes arrives whole. */
export function chopInsideCharacters(reply: FakeReply): Step[] {
  const bytes = bytesOf(reply);
  const steps: Step[] = [];
  let from = 0;
  bytes.forEach((byte, at) => {
    if (!continuesCharacter(byte)) return;
    steps.push(write(bytes.subarray(from, at)));
    from = at;
  });
  return [headersStep(reply), ...steps, write(bytes.subarray(from)), { do: 'end' }];
}

/** Waits before each piece. */
export const drip = (reply: FakeReply, everyMs: number): Step[] => [
  headersStep(reply),
  ...reply.pieces.flatMap((piece): Step[] => [{ do: 'wait', ms: everyMs }, write(piece.text)]),
  { do: 'end' },
];
