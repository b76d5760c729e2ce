import type { OddFraming } from './behaviour.js';
import type { FakeReply } from './fake-reply.js';
import type { Piece } from './wire.js';

type Reframe = (texts: readonly string[]) => readonly string[];

const each =
  (change: (text: string) => string): Reframe =>
  (texts) =>
    texts.map(change);

const reframings: Readonly<Record<OddFraming, Reframe>> = {
  crlf: each((text) => text.replaceAll('\n', '\r\n')),
  cr: each((text) => text.replaceAll('\n', '\r')),
  bom: (texts) => texts.map((text, index) => (index === 0 ? `\uFEFF${text}` : text)),
  comments: each((text) => `: keep-alive\n\n:\n${text}`),
  // JSON may be broken after its first brace: the line break that joins data lines is white space there.
  'multi-line': each((text) => text.replace('data: {', 'data: {\ndata: ')),
  'no-final-blank': (texts) => texts.map((text, index) => (index === texts.length - 1 ? text.slice(0, -1) : text)),
  'no-space': each((text) => text.replace(/^(data|event): /gm, '$1:')),
};

/** The same events, written in another way that the specification of server-sent events allows. */
export function reframe(reply: FakeReply, framing: OddFraming): FakeReply {
  if (reply.framing !== 'sse') return reply;
  const texts = reframings[framing](reply.pieces.map((piece) => piece.text.replaceAll('\r\n', '\n')));
  return { ...reply, pieces: texts.map((text): Piece => ({ role: 'content', text })) };
}
