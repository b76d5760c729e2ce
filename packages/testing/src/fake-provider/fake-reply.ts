import type { Answer } from './answer.js';
import type { ReplyFraming } from './routes.js';
import { write } from './step.js';
import type { Step, WireHeaders } from './step.js';
import { splitEvery } from './wire.js';
import type { Piece, Wire, WireError } from './wire.js';

/** A reply as it would go out if nothing went wrong. Faults change it, or what is done with it. */
export interface FakeReply {
  readonly wire: Wire;
  readonly callNumber: number;
  readonly framing: ReplyFraming;
  readonly status: number;
  readonly headers: WireHeaders;
  readonly pieces: readonly Piece[];
  /** What the reply says; undefined when it is no answer but a list, a count, vectors or an error. */
  readonly answer?: Answer;
}

const contentTypes = {
  json: 'application/json',
  sse: 'text/event-stream; charset=utf-8',
  'json-array': 'application/json',
} as const;

/** A JSON body has no events: its thirds stand for them, so that every fault finds its place in it too. */
export function toPieces(body: string): Piece[] {
  const roles = ['preamble', 'content', 'terminal'] as const;
  const parts = splitEvery(body, Math.max(1, Math.ceil(Array.from(body).length / roles.length)));
  return roles.map((role, index) => ({ role, text: parts[index] ?? '' }));
}

const headersOf = (wire: Wire, callNumber: number, framing: ReplyFraming): Record<string, string> => ({
  'content-type': contentTypes[framing],
  ...(framing === 'sse' && { 'cache-control': 'no-cache' }),
  ...wire.headers(callNumber),
});

/** The model's answer, in the framing the client asked for. */
export function answerReply(wire: Wire, answer: Answer, framing: ReplyFraming): FakeReply {
  const { number: callNumber } = answer;
  const pieces = framing === 'json' ? toPieces(wire.body(answer)) : wire.stream(answer);
  return { wire, callNumber, framing, status: 200, headers: headersOf(wire, callNumber, framing), pieces, answer };
}

/** A JSON body that is no answer. */
export const jsonReply = (wire: Wire, callNumber: number, body: string, status = 200): FakeReply => ({
  wire,
  callNumber,
  framing: 'json',
  status,
  headers: headersOf(wire, callNumber, 'json'),
  pieces: toPieces(body),
});

/** An error as the vendor reports it. */
export const errorReply = (wire: Wire, callNumber: number, error: WireError): FakeReply =>
  jsonReply(wire, callNumber, wire.errorBody(error, callNumber), error.status);

export const headersStep = (reply: FakeReply): Step => ({
  do: 'headers',
  status: reply.status,
  headers: reply.headers,
});

/** The reply without any fault. A JSON body leaves in one write. */
export function plainSteps(reply: FakeReply): Step[] {
  const texts = reply.pieces.map((piece) => piece.text);
  const writes = reply.framing === 'json' ? [texts.join('')] : texts;
  return [headersStep(reply), ...writes.map(write), { do: 'end' }];
}
