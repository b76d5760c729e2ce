import type { Answer } from './answer.js';
import type { FaultPlace, InBandErrorBehaviour } from './behaviour.js';
import { answerReply, errorReply, jsonReply, toPieces } from './fake-reply.js';
import type { FakeReply } from './fake-reply.js';
import { piecesBefore } from './fault-place.js';

const bodyOf = (reply: FakeReply): string => reply.pieces.map((piece) => piece.text).join('');

/** A raw line break is wrong inside a JSON string, two commas are wrong outside of one. */
const BROKEN_JSON = '\n,,';

/** What the reply says, if it is a stream of it. */
const streamed = (reply: FakeReply): Answer | undefined => (reply.framing === 'json' ? undefined : reply.answer);

/** One content event breaks off inside its JSON; the rest follows as if nothing had been. */
export function breakJson(reply: FakeReply, place: FaultPlace): FakeReply {
  const answer = streamed(reply);
  const index = piecesBefore(reply.pieces, place);
  const text = answer === undefined ? BROKEN_JSON : reply.wire.brokenEvent({ answer, index });
  return { ...reply, pieces: reply.pieces.toSpliced(index, 0, { role: 'content', text }) };
}

/** The provider reports its own failure inside a reply that had begun with status 200. */
export function reportErrorInside(
  reply: FakeReply,
  { report, ...place }: InBandErrorBehaviour & FaultPlace,
): FakeReply {
  const answer = streamed(reply);
  if (answer === undefined) return reportFailure(reply);
  const before = reply.pieces.slice(0, piecesBefore(reply.pieces, place));
  const text = reply.wire.errorEvents({ answer, index: before.length }, report);
  return { ...reply, pieces: [...before, { role: 'terminal', text }] };
}

/** Status 200, and a whole reply that says that the provider failed. */
const reportFailure = (reply: FakeReply): FakeReply =>
  reply.answer === undefined
    ? reportErrorAsSuccess(reply)
    : jsonReply(reply.wire, reply.callNumber, reply.wire.failedBody(reply.answer));

/** An error body, and status 200 above it. */
export const reportErrorAsSuccess = (reply: FakeReply): FakeReply => ({
  ...errorReply(reply.wire, reply.callNumber, { status: 500 }),
  status: 200,
});

/** What says why the model stopped, or that it did, is missing; in a whole reply, the reason. */
export function forgetFinish(reply: FakeReply): FakeReply {
  const { answer, framing, wire } = reply;
  if (answer === undefined) return reply;
  if (framing !== 'json') return { ...reply, pieces: wire.endlessStream(answer) };
  return answerReply(wire, { ...answer, finish: null, finishWord: undefined }, framing);
}

/** Everything that ends the reply comes twice. */
export function repeatTerminal(reply: FakeReply): FakeReply {
  if (reply.framing === 'json') return { ...reply, pieces: toPieces(bodyOf(reply).repeat(2)) };
  const ending = reply.pieces.filter((piece) => piece.role === 'finish' || piece.role === 'terminal');
  return { ...reply, pieces: [...reply.pieces, ...ending] };
}

/** What comes after the end belongs to no reply: a content event of nowhere, and bytes of no format. */
export function appendGarbage(reply: FakeReply): FakeReply {
  const answer = streamed(reply);
  const stray = answer === undefined ? '' : reply.wire.strayEvent({ answer, index: reply.pieces.length });
  return { ...reply, pieces: [...reply.pieces, { role: 'terminal', text: `${stray}\u0000<GARBAGE/>\n` }] };
}

/** Leaves out `[DONE]`, which some vendors never send. */
export const dropDone = (reply: FakeReply): FakeReply => ({
  ...reply,
  pieces: reply.pieces.filter((piece) => piece.text !== 'data: [DONE]\n\n'),
});

/** A proxy in front of the provider answers instead of it. */
export const htmlErrorPage = (reply: FakeReply): FakeReply => ({
  ...reply,
  framing: 'json',
  status: 502,
  headers: { 'content-type': 'text/html', server: 'nginx' },
  pieces: toPieces(
    '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>502 Bad Gateway</body>\r\n</html>\r\n',
  ),
});

/** Status 200, the right content type, and a body that breaks off. */
export const invalidJsonBody = (reply: FakeReply): FakeReply => ({
  ...reply,
  framing: 'json',
  headers: { ...reply.headers, 'content-type': 'application/json' },
  pieces: toPieces('{"id":"broken","choices":[{"index":0,'),
});
