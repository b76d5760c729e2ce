import type { FakeCall } from './fake-call.js';
import { isGemini3 } from './gemini-parts.js';
import { fieldOf, listOf, numberOf, textOf } from './json-reading.js';
import type { ProviderMemory } from './provider-memory.js';
import { generateRequestOf } from './read-gemini-prompt.js';
import { firstRefusal, invalid, isObject } from './refuse.js';
import type { WireError } from './wire.js';

/** Google names them for calls that no model of its own made. */
const SIGNATURES_FOR_FOREIGN_CALLS = ['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'];
const PART_DATA = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
];
const MAX_STOP_SEQUENCES = 5;
const namePattern = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/;

const partsOf = (content: unknown): readonly unknown[] => listOf(fieldOf(content, 'parts'));
const holds = (content: unknown, name: string): readonly unknown[] =>
  partsOf(content)
    .map((part) => fieldOf(part, name))
    .filter((value) => value !== undefined);

function refuseSignature(part: unknown, place: string, memory: ProviderMemory): WireError | undefined {
  const signature = fieldOf(part, 'thoughtSignature');
  if (signature === undefined || SIGNATURES_FOR_FOREIGN_CALLS.includes(textOf(signature))) return undefined;
  const bound = textOf(fieldOf(part, 'functionCall', 'name'));
  return memory.handedOut('thought', textOf(signature), bound)
    ? undefined
    : invalid(`${place}.thought_signature: Thought signature is not valid.`);
}

function refusePart(part: unknown, place: string, memory: ProviderMemory): WireError | undefined {
  if (!PART_DATA.some((name) => fieldOf(part, name) !== undefined)) {
    return invalid(`${place}.data: required oneof field 'data' must have one initialized field`);
  }
  const call = fieldOf(part, 'functionCall');
  if (call !== undefined && textOf(fieldOf(call, 'name')) === '') {
    return invalid(`${place}.function_call.name: Name cannot be empty.`);
  }
  const args = fieldOf(call, 'args');
  if (args !== undefined && !isObject(args)) return invalid(`${place}.function_call.args: not a Struct.`);
  const result = fieldOf(part, 'functionResponse');
  if (result !== undefined && textOf(fieldOf(result, 'name')) === '') {
    return invalid(`${place}.function_response.name: Name cannot be empty.`);
  }
  if (result !== undefined && !isObject(fieldOf(result, 'response'))) {
    return invalid(`${place}.function_response.response: not a Struct.`);
  }
  return refuseSignature(part, place, memory);
}

const refuseContent =
  (memory: ProviderMemory) =>
  (content: unknown, index: number): WireError | undefined => {
    const place = `GenerateContentRequest.contents[${index}]`;
    const role = fieldOf(content, 'role') ?? 'user';
    if (role !== 'user' && role !== 'model') return invalid('Please use a valid role: user, model.');
    if (partsOf(content).length === 0) return invalid(`${place}.parts: contents.parts must not be empty.`);
    return firstRefusal(partsOf(content), (part, at) => refusePart(part, `${place}.parts[${at}]`, memory));
  };

const namesOf = (values: readonly unknown[]): string[] => values.map((value) => textOf(fieldOf(value, 'name')));

/** The results come right after their calls, as many as there were, for functions of the same names. */
function findLooseResponse(contents: readonly unknown[]): WireError | undefined {
  return firstRefusal(contents, (content, index) => {
    const results = holds(content, 'functionResponse');
    const calls = holds(contents[index - 1], 'functionCall');
    if (results.length === 0 && calls.length === 0) return undefined;
    if (results.length !== calls.length) {
      return invalid(
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      );
    }
    const open = namesOf(calls);
    const loose = namesOf(results).find((name) => {
      const at = open.indexOf(name);
      if (at >= 0) open.splice(at, 1);
      return at < 0;
    });
    return loose === undefined
      ? undefined
      : invalid(`Function response '${loose}' does not answer a function call of the turn before.`);
  });
}

const asks = (content: unknown): boolean =>
  fieldOf(content, 'role') !== 'model' && holds(content, 'functionResponse').length === 0;

/** From Gemini 3 on, the first call of every step since the user last spoke needs its signature. */
function findUnsignedCall(contents: readonly unknown[]): WireError | undefined {
  const lastAsked = contents.findLastIndex(asks);
  return firstRefusal(contents, (content, index) => {
    if (index < lastAsked) return undefined;
    const first = partsOf(content).find((part) => fieldOf(part, 'functionCall') !== undefined);
    if (first === undefined || fieldOf(first, 'thoughtSignature') !== undefined) return undefined;
    const name = textOf(fieldOf(first, 'functionCall', 'name'));
    return invalid(
      `Function call is missing a thought_signature in functionCall parts. Additional data, function call \`default_api:${name}\` , position ${index + 1}.`,
    );
  });
}

const refuseTool = (tool: unknown): WireError | undefined =>
  firstRefusal(listOf(fieldOf(tool, 'functionDeclarations')), (declared) =>
    namePattern.test(textOf(fieldOf(declared, 'name')))
      ? undefined
      : invalid('GenerateContentRequest.tools.function_declarations.name: Invalid function name.'),
  );

function refuseConfig(config: unknown): WireError | undefined {
  if (listOf(fieldOf(config, 'stopSequences')).length > MAX_STOP_SEQUENCES) {
    return invalid(`GenerateContentRequest.generation_config.stop_sequences: at most ${MAX_STOP_SEQUENCES}.`);
  }
  const thinking = fieldOf(config, 'thinkingConfig');
  if (fieldOf(thinking, 'thinkingBudget') !== undefined && fieldOf(thinking, 'thinkingLevel') !== undefined) {
    return invalid('You can only set only one of thinking budget and thinking level.');
  }
  return (numberOf(fieldOf(config, 'maxOutputTokens')) ?? 1) < 1
    ? invalid('max_output_tokens must be positive.')
    : undefined;
}

/** What Google's Gemini API would refuse. */
export function refuseGemini(
  { json, model }: Pick<FakeCall, 'json' | 'model'>,
  memory: ProviderMemory,
): WireError | undefined {
  if (!isObject(json)) return invalid('Invalid JSON payload received.');
  const body = generateRequestOf(json);
  const contents = listOf(fieldOf(body, 'contents'));
  if (contents.length === 0) return invalid('GenerateContentRequest.contents: contents is not specified');
  return (
    firstRefusal(contents, refuseContent(memory)) ??
    findLooseResponse(contents) ??
    (isGemini3(model) ? findUnsignedCall(contents) : undefined) ??
    firstRefusal(listOf(fieldOf(body, 'tools')), refuseTool) ??
    refuseConfig(fieldOf(body, 'generationConfig'))
  );
}
