import type { FakeCall } from './fake-call.js';
import { fieldOf, listOf, numberOf, textOf } from './json-reading.js';
import type { OfferedTool, Prompt } from './prompt.js';
import { describeBase64, joinTexts, readTurns } from './read-turns.js';
import type { Noun, Turn } from './read-turns.js';

const nounOf = (mimeType: unknown): Noun => (textOf(mimeType).startsWith('image/') ? 'an image' : 'a document');

const mediaOf = (part: unknown): string[] => {
  const inline = fieldOf(part, 'inlineData');
  if (inline !== undefined) return [describeBase64(nounOf(fieldOf(inline, 'mimeType')), fieldOf(inline, 'data'))];
  const file = fieldOf(part, 'fileData');
  return file === undefined ? [] : [`${nounOf(fieldOf(file, 'mimeType'))} at ${textOf(fieldOf(file, 'fileUri'))}`];
};

/** The fields that clients put a result into; whatever else they write is the result as a whole. */
const RESULT_FIELDS = ['output', 'error', 'result', 'content'];

const resultText = (response: unknown): string => {
  const said = RESULT_FIELDS.map((name) => fieldOf(response, name)).find((value) => value !== undefined) ?? response;
  return typeof said === 'string' ? said : JSON.stringify(said);
};

const toolTurnOf = (part: unknown): Turn => {
  const result = fieldOf(part, 'functionResponse');
  return {
    by: 'tool',
    text: resultText(fieldOf(result, 'response')),
    media: listOf(fieldOf(result, 'parts')).flatMap(mediaOf),
  };
};

/** A user's content is the results it holds, and then what the user says besides. */
const turnsOf = (content: unknown): Turn[] => {
  const parts = listOf(fieldOf(content, 'parts'));
  const by = fieldOf(content, 'role') === 'model' ? 'model' : 'user';
  const results = parts.filter((part) => fieldOf(part, 'functionResponse') !== undefined);
  const said: Turn = {
    by,
    text: joinTexts(parts.map((part) => textOf(fieldOf(part, 'text')))),
    media: parts.flatMap(mediaOf),
  };
  return [
    ...results.map(toolTurnOf),
    ...(results.length === 0 || said.text !== '' || said.media.length > 0 ? [said] : []),
  ];
};

const toolsOf = (body: unknown): OfferedTool[] => {
  const config = fieldOf(body, 'toolConfig', 'functionCallingConfig');
  if (fieldOf(config, 'mode') === 'NONE') return [];
  const tools = listOf(fieldOf(body, 'tools'))
    .flatMap((tool) => listOf(fieldOf(tool, 'functionDeclarations')))
    .map((declared) => ({
      name: textOf(fieldOf(declared, 'name')),
      schema: fieldOf(declared, 'parametersJsonSchema') ?? fieldOf(declared, 'parameters'),
    }));
  const allowed = listOf(fieldOf(config, 'allowedFunctionNames'));
  return allowed.length === 0 ? tools : tools.filter((tool) => allowed.includes(tool.name));
};

/** The request for an answer, which `countTokens` may hold inside. */
export const generateRequestOf = (body: unknown): unknown => fieldOf(body, 'generateContentRequest') ?? body;

/** Reads a request of `generateContent` and its likes; the model and the framing are in the address. */
export function readGeminiPrompt({ json, model, route }: Pick<FakeCall, 'json' | 'model' | 'route'>): Prompt {
  const body = generateRequestOf(json);
  const config = fieldOf(body, 'generationConfig');
  const thinking = fieldOf(config, 'thinkingConfig');
  const budget = fieldOf(thinking, 'thinkingBudget');
  const isJson = fieldOf(config, 'responseMimeType') === 'application/json';

  return {
    ...readTurns(listOf(fieldOf(body, 'contents')).flatMap(turnsOf)),
    model,
    framing: route.pathFraming ?? 'json',
    includeUsage: true,
    tools: toolsOf(body),
    parallelTools: true,
    reasons: thinking !== undefined && budget !== 0,
    showsReasoning: fieldOf(thinking, 'includeThoughts') === true,
    encryptsReasoning: false,
    ...(isJson && {
      outputSchema: fieldOf(config, 'responseJsonSchema') ?? fieldOf(config, 'responseSchema') ?? {},
    }),
    ...(fieldOf(config, 'responseLogprobs') === true && { topLogprobs: numberOf(fieldOf(config, 'logprobs')) ?? 0 }),
    maxTokens: numberOf(fieldOf(config, 'maxOutputTokens')) ?? Infinity,
    stopSequences: listOf(fieldOf(config, 'stopSequences')).map(textOf),
    choices: numberOf(fieldOf(config, 'candidateCount')) ?? 1,
  };
}
