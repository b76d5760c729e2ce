import type { Behaviour, RawBehaviour, StatusBehaviour } from './behaviour.js';
import { breakConnection, cutGzip } from './break-connection.js';
import { chopEvery, chopInsideCharacters, drip } from './chop-bytes.js';
import * as corrupt from './corrupt-reply.js';
import { errorReply, plainSteps } from './fake-reply.js';
import type { FakeReply } from './fake-reply.js';
import { reframe } from './reframe.js';
import { write } from './step.js';
import type { BodyEncoding, Step } from './step.js';

const DRIP_MS = 20;

const statusReply = (reply: FakeReply, behaviour: StatusBehaviour): FakeReply => {
  const { headers, ...error } = behaviour;
  const retryAfter = error.retryAfter ?? (error.status === 429 ? '1' : undefined);
  const inHeader = reply.wire.dialect === 'gemini' ? error.retryAfter : retryAfter;
  const failed = errorReply(reply.wire, reply.callNumber, {
    ...error,
    ...(retryAfter !== undefined && { retryAfter }),
  });
  return {
    ...failed,
    headers: { ...failed.headers, ...(inHeader !== undefined && { 'retry-after': inHeader }), ...headers },
  };
};

const rawSteps = (raw: RawBehaviour): Step[] => {
  const { status = 200, contentType = 'text/event-stream; charset=utf-8', everyMs = 0 } = raw;
  const pause: Step[] = everyMs > 0 ? [{ do: 'wait', ms: everyMs }] : [];
  return [
    { do: 'headers', status, headers: { 'content-type': contentType, ...raw.headers } },
    ...raw.chunks.flatMap((chunk, index) => [...(index > 0 ? pause : []), write(chunk)]),
    { do: 'end' },
  ];
};

const misbehave = (reply: FakeReply, behaviour: Behaviour): Step[] => {
  switch (behaviour.kind) {
    case 'answer':
    case 'text':
    case 'delay':
      return plainSteps(reply);
    case 'reset-before-headers':
      return [{ do: 'reset' }];
    case 'reset':
    case 'early-end':
    case 'stall':
      return breakConnection(reply, behaviour.kind, behaviour);
    case 'gzip-cut':
      return cutGzip(reply, behaviour);
    case 'bad-json':
      return plainSteps(corrupt.breakJson(reply, behaviour));
    case 'in-band-error':
      return plainSteps(corrupt.reportErrorInside(reply, behaviour));
    case 'error-in-200':
      return plainSteps(corrupt.reportErrorAsSuccess(reply));
    case 'missing-finish':
      return plainSteps(corrupt.forgetFinish(reply));
    case 'duplicate-terminal':
      return plainSteps(corrupt.repeatTerminal(reply));
    case 'trailing-garbage':
      return plainSteps(corrupt.appendGarbage(reply));
    case 'no-done':
      return plainSteps(corrupt.dropDone(reply));
    case 'html-502':
      return plainSteps(corrupt.htmlErrorPage(reply));
    case 'invalid-json-body':
      return plainSteps(corrupt.invalidJsonBody(reply));
    case 'split-utf8':
      return chopInsideCharacters(reply);
    case 'split-frame':
      return chopEvery(reply, behaviour.bytes ?? 1);
    case 'slow-drip':
      return drip(reply, behaviour.everyMs ?? DRIP_MS);
    case 'odd-framing':
      return plainSteps(reframe(reply, behaviour.framing));
    case 'status':
      return plainSteps(statusReply(reply, behaviour));
    case 'raw':
      return rawSteps(behaviour);
  }
};

/** Compresses whatever the steps write, and says so. */
const compress = (steps: readonly Step[], encoding: BodyEncoding): Step[] =>
  steps.map((step) =>
    step.do === 'headers' ? { ...step, headers: { ...step.headers, 'content-encoding': encoding }, encoding } : step,
  );

/** What the server does on the socket when `reply` is due and `behaviour` was asked for. */
export function toSteps(reply: FakeReply, behaviour: Behaviour): Step[] {
  const { delayMs, encoding, kind } = behaviour;
  const plain = misbehave(reply, behaviour);
  const steps = encoding === undefined || kind === 'gzip-cut' ? plain : compress(plain, encoding);
  return delayMs === undefined ? steps : [{ do: 'wait', ms: delayMs }, ...steps];
}
