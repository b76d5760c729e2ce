import type { DialectId } from '@claudette/core';

import type { Answer } from './answer.js';
import { anthropicWire } from './anthropic-wire.js';
import type { Behaviour } from './behaviour.js';
import { countInput, deriveAnswer } from './derive-answer.js';
import type { FakeCall } from './fake-call.js';
import { answerReply, errorReply, jsonReply, plainSteps } from './fake-reply.js';
import type { FakeReply } from './fake-reply.js';
import { geminiArrayWire, geminiWire } from './gemini-wire.js';
import { openaiWire } from './openai-wire.js';
import { countBody, embeddingBody, inputsOf } from './other-bodies.js';
import type { Prompt } from './prompt.js';
import { readPrompt } from './read-prompt.js';
import type { ProviderMemory } from './provider-memory.js';
import { refuseKey, refuseRequest } from './refuse-request.js';
import { refuseUnknownFields } from './refuse-unknown-fields.js';
import { responsesWire } from './responses-wire.js';
import type { Step } from './step.js';
import { storeResponse } from './store-response.js';
import { toSteps } from './to-steps.js';
import type { Wire } from './wire.js';

export interface RespondOptions {
  readonly models: readonly string[];
  readonly apiKey: string | undefined;
  readonly strict: boolean;
  readonly memory: ProviderMemory;
  choose(call: FakeCall, userText: string): Behaviour | undefined;
}

const wires: Readonly<Record<DialectId, Wire>> = {
  'openai-chat': openaiWire,
  'openai-responses': responsesWire,
  'anthropic-messages': anthropicWire,
  gemini: geminiWire,
};
const SEVERAL_BYTES_A_CHARACTER = [' naïve', ' 日本', ' 😀'];

const wireOf = ({ dialect, route }: FakeCall): Wire =>
  route.pathFraming === 'json-array' ? geminiArrayWire : wires[dialect];

function listReply(call: FakeCall, wire: Wire, models: readonly string[]): FakeReply {
  const { pathModel } = call.route;
  if (pathModel === undefined) {
    return jsonReply(wire, call.number, wire.models(models, new URLSearchParams(call.query)));
  }
  if (models.includes(pathModel)) return jsonReply(wire, call.number, wire.model(pathModel));
  return errorReply(wire, call.number, { status: 404 });
}

/** What there is to split is put there, should the prompt not have brought it. */
const withWideCharacters = (answer: Answer, prompt: Prompt): Answer =>
  prompt.outputSchema === undefined && answer.text.length > 0
    ? { ...answer, text: [...answer.text, ...SEVERAL_BYTES_A_CHARACTER] }
    : answer;

function workReply(call: FakeCall, prompt: Prompt, behaviour: Behaviour, memory: ProviderMemory): FakeReply {
  const wire = wireOf(call);
  switch (call.operation) {
    case 'embed':
      return jsonReply(wire, call.number, embeddingBody(call));
    case 'count':
      return jsonReply(wire, call.number, countBody(call, countInput(prompt)));
    default: {
      const of = { number: call.number, request: call.json, seal: memory.seal };
      const derived = deriveAnswer(prompt, of, behaviour);
      const answer = behaviour.kind === 'split-utf8' ? withWideCharacters(derived, prompt) : derived;
      if (call.dialect === 'openai-responses') storeResponse(answer, memory);
      return answerReply(wire, answer, prompt.framing);
    }
  }
}

function replyTo(call: FakeCall, prompt: Prompt, behaviour: Behaviour, options: RespondOptions): FakeReply {
  const wire = wireOf(call);
  const { apiKey, memory, models, strict } = options;
  const refused = apiKey === undefined ? undefined : refuseKey(call, apiKey);
  if (refused !== undefined) return errorReply(wire, call.number, refused);
  if (call.operation === undefined) {
    return errorReply(wire, call.number, { status: 404, message: `Not found: ${call.method} ${call.path}` });
  }
  if (call.operation === 'list') return listReply(call, wire, models);
  const error = refuseRequest(call, memory) ?? (strict ? refuseUnknownFields(call) : undefined);
  return error === undefined ? workReply(call, prompt, behaviour, memory) : errorReply(wire, call.number, error);
}

/** Decides everything about a call's reply, before the first byte of it goes out. */
export function respond(call: FakeCall, options: RespondOptions): Step[] {
  const prompt = readPrompt(call, options.memory);
  const said = call.operation === 'embed' ? inputsOf(call).join('\n') : prompt.userText;
  const behaviour = options.choose(call, said);
  if (behaviour === undefined) {
    const message = 'The fake provider knows no such behaviour.';
    return plainSteps(errorReply(wireOf(call), call.number, { status: 400, message }));
  }
  return toSteps(replyTo(call, prompt, behaviour, options), behaviour);
}
