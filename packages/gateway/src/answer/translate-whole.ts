import type { ChatEvent, ChatRequest, Loss, Outcome, Reply, Usage } from '@claudette/core';
import { estimateUsage, GatewayError, toGatewayError } from '@claudette/core';
import { codecs } from '@claudette/protocol';

import { wholeBytes } from '../whole-bytes.js';
import { readEvents } from './read-events.js';
import { replyRefused, restorerFor } from './translation.js';
import type { Translation } from './translation.js';

interface Written {
  readonly body: Uint8Array;
  readonly losses: readonly Loss[];
}

/**
 * Any reply, read to its end, as one body of the client's dialect. One that breaks off or cannot be translated is a
 * reply that failed: its bytes reject with the cause.
 */
export async function translateWhole(reply: Reply, translation: Translation): Promise<Reply> {
  const inClientsDialect = { ...reply, dialect: translation.to.id, framing: 'json' as const };
  try {
    const { body, losses } = await writers[translation.operation](reply, translation);
    if (translation.strict && losses.length > 0) throw replyRefused(losses);
    return {
      ...inClientsDialect,
      bytes: wholeBytes(() => Promise.resolve(body)),
      losses: [...reply.losses, ...losses],
    };
  } catch (thrown) {
    const cause = toGatewayError(thrown);
    return {
      ...inClientsDialect,
      bytes: wholeBytes(() => Promise.reject(cause)),
      outcome: reply.outcome.then((how) => (how.kind === 'complete' ? failedBy(cause, how) : how)),
    };
  }
}

const failedBy = (cause: GatewayError, how: Outcome): Outcome => ({ ...how, kind: 'failed', cause });

type Writer = (reply: Reply, translation: Translation) => Promise<Written>;

const writeAnswer: Writer = async (reply, { to, request, context }) => {
  const events: ChatEvent[] = [];
  await readEvents(reply, (event) => events.push(event));
  const restore = restorerFor(request);
  return to.encodeReply(restore === undefined ? events : events.flatMap(restore), context);
};

const readBody = async (reply: Reply): Promise<Uint8Array> => {
  const step = await reply.bytes[Symbol.asyncIterator]().next();
  return step.done === true ? new Uint8Array(0) : step.value;
};

/** Routing has seen to it that both sides have what the operation needs. */
const needed = <Part>(part: Part | undefined, dialect: string): Part => {
  if (part === undefined) throw new GatewayError('internal', `${dialect} has no such operation`);
  return part;
};

const writeCount: Writer = async (reply, { to }) => {
  const from = needed(codecs[reply.dialect].counting, reply.dialect);
  return { body: needed(to.counting, to.id).encodeReply(from.decodeReply(await readBody(reply))), losses: [] };
};

const hasNumbers = /"embedding"\s*:\s*\[/;

const estimateInput = ({ embedding }: ChatRequest): Usage =>
  estimateUsage(Buffer.byteLength(JSON.stringify(embedding?.inputs ?? [])), 0);

const writeVectors: Writer = async (reply, { to, request }) => {
  const from = needed(codecs[reply.dialect].embedding, reply.dialect);
  const bytes = await readBody(reply);
  if (reply.dialect === to.id && !hasNumbers.test(Buffer.from(bytes).toString('latin1')))
    return { body: bytes, losses: [] };
  const told = from.decodeReply(bytes);
  // Gemini names no model and counts nothing; OpenAI's clients expect both.
  const embeddings = { ...told, model: told.model || reply.target.model, usage: told.usage ?? estimateInput(request) };
  return { body: needed(to.embedding, to.id).encodeReply(embeddings, request), losses: [] };
};

const writers = { generate: writeAnswer, count: writeCount, embed: writeVectors };
