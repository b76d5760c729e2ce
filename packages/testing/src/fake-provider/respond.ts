import type { DialectId } from '@claudette/core';

import type { Answer } from './answer.js';
import { anthropicWire } from './anthropic-wire.js';
import type { Behaviour } from './behaviour.js';
import { deriveAnswer } from './derive-answer.js';
import { wantsAnswer } from './fake-call.js';
import type { FakeCall } from './fake-call.js';
import { answerReply, errorReply, jsonReply, plainSteps } from './fake-reply.js';
import type { FakeReply } from './fake-reply.js';
import { openaiWire } from './openai-wire.js';
import { readPrompt } from './prompt.js';
import type { Prompt } from './prompt.js';
import { refuseRequest } from './refuse-request.js';
import type { Step } from './step.js';
import { toSteps } from './to-steps.js';
import type { Wire } from './wire.js';

export interface RespondOptions {
  readonly models: readonly string[];
  readonly apiKey: string | undefined;
  choose(call: FakeCall, userText: string): Behaviour | undefined;
}

const wires: Readonly<Record<DialectId, Wire>> = { 'openai-chat': openaiWire, 'anthropic-messages': anthropicWire };
const MODELS_PATH = '/v1/models';
const SEVERAL_BYTES_A_CHARACTER = [' naïve', ' 日本', ' 😀'];

const keyOf = ({ headers }: FakeCall): string | undefined =>
  headers['x-api-key']?.toString() ?? headers.authorization?.replace(/^Bearer /, '');

function otherReply(call: FakeCall, wire: Wire, models: readonly string[]): FakeReply {
  if (call.method === 'GET' && call.path === MODELS_PATH) return jsonReply(wire, call.number, wire.models(models));
  const id = models.find((name) => call.path === `${MODELS_PATH}/${encodeURIComponent(name)}`);
  if (call.method === 'GET' && id !== undefined) return jsonReply(wire, call.number, wire.model(id));
  return errorReply(wire, call.number, { status: 404, message: `Not found: ${call.method} ${call.path}` });
}

function refusalOf(call: FakeCall, wire: Wire, { apiKey, models }: RespondOptions): FakeReply | undefined {
  if (apiKey !== undefined && keyOf(call) !== apiKey) return errorReply(wire, call.number, { status: 401 });
  if (!wantsAnswer(call)) return otherReply(call, wire, models);
  const version = call.headers['anthropic-version']?.toString();
  const error = refuseRequest(call.dialect, call.json, version);
  return error && errorReply(wire, call.number, error);
}

/** What there is to split is put there, should the prompt not have brought it. */
const withWideCharacters = (answer: Answer, prompt: Prompt): Answer =>
  prompt.outputSchema === undefined && answer.text.length > 0
    ? { ...answer, text: [...answer.text, ...SEVERAL_BYTES_A_CHARACTER] }
    : answer;

/** Decides everything about a call's reply, before the first byte of it goes out. */
export function respond(call: FakeCall, options: RespondOptions): Step[] {
  const wire = wires[call.dialect];
  const prompt = readPrompt(call.dialect, call.json);
  const behaviour = options.choose(call, prompt.userText);
  if (behaviour === undefined) {
    const message = 'The fake provider knows no such behaviour.';
    return plainSteps(errorReply(wire, call.number, { status: 400, message }));
  }
  const derived = deriveAnswer(prompt, call.number, behaviour);
  const answer = behaviour.kind === 'split-utf8' ? withWideCharacters(derived, prompt) : derived;
  const reply = refusalOf(call, wire, options) ?? answerReply(wire, answer, prompt.stream ? 'sse' : 'json');
  return toSteps(reply, answer, behaviour);
}
