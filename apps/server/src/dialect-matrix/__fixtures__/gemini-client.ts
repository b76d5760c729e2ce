import { ApiError, FunctionCallingConfigMode, GoogleGenAI } from '@google/genai';
import type {
  Content,
  FunctionResponsePart,
  GenerateContentConfig,
  GenerateContentParameters,
  GenerateContentResponse,
  Part,
  ToolConfig,
} from '@google/genai';

import { MAX_OUTPUT_TOKENS } from './client.js';
import type { Client, ClientOptions } from './client.js';
import type { Media, Question, ToolChoice, ToolResult, Turn, UserTurn } from './question.js';
import { countDistinct, unseen } from './seen.js';
import type { Seen } from './seen.js';

const mediaPart = (media: Media): Part =>
  media.kind === 'url'
    ? { fileData: { fileUri: media.url, mimeType: media.mediaType } }
    : { inlineData: { data: media.data, mimeType: media.mediaType } };

const userParts = ({ text, image, document }: UserTurn): Part[] => [
  ...(image === undefined ? [] : [mediaPart(image)]),
  ...(document === undefined ? [] : [mediaPart(document)]),
  { text },
];

const resultMedia = (media: Media | undefined): FunctionResponsePart[] =>
  media?.kind === 'base64' ? [{ inlineData: { data: media.data, mimeType: media.mediaType } }] : [];

const resultPart = ({ call, text, image, document }: ToolResult): Part => {
  const parts = [...resultMedia(image), ...resultMedia(document)];
  const response = { output: text };
  return { functionResponse: { id: call.id, name: call.name, response, ...(parts.length > 0 && { parts }) } };
};

const contentOf = (turn: Turn): Content => {
  switch (turn.by) {
    case 'user':
      return { role: 'user', parts: userParts(turn) };
    case 'model':
      return {
        role: 'model',
        parts: turn.calls.map(({ id, name, arguments: args }) => ({ functionCall: { id, name, args: { ...args } } })),
      };
    case 'tool':
      return { role: 'user', parts: turn.results.map(resultPart) };
  }
};

const choiceOf = (choice: ToolChoice): ToolConfig => {
  if (choice === 'none') return { functionCallingConfig: { mode: FunctionCallingConfigMode.NONE } };
  const allowed = choice !== 'required' && { allowedFunctionNames: [choice.name] };
  return { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, ...allowed } };
};

const configOf = (question: Question): GenerateContentConfig => {
  const { system, tools, toolChoice, schema, reasoning, stop } = question;
  return {
    maxOutputTokens: MAX_OUTPUT_TOKENS,
    ...(system !== undefined && { systemInstruction: system }),
    ...(tools && {
      tools: [
        {
          functionDeclarations: tools.map((tool) => ({
            name: tool.name,
            description: tool.description,
            parametersJsonSchema: tool.schema,
          })),
        },
      ],
    }),
    ...(toolChoice && { toolConfig: choiceOf(toolChoice) }),
    ...(schema && { responseMimeType: 'application/json', responseJsonSchema: schema }),
    ...(reasoning && { thinkingConfig: { includeThoughts: true, thinkingBudget: reasoning.budgetTokens } }),
    ...(stop && { stopSequences: [...stop] }),
  };
};

const isThought = ({ thought }: Part): boolean => thought === true;
const textOf = (parts: readonly Part[]): string => parts.map(({ text }) => text ?? '').join('');

/** Reads the chunks of a stream, or a whole answer as the only one. The SDK has no helper that puts them together. */
const read = (chunks: readonly GenerateContentResponse[]): Seen => {
  const candidates = chunks.flatMap((chunk) => chunk.candidates?.[0] ?? []);
  const parts = candidates.flatMap(({ content }) => content?.parts ?? []);
  const said = parts.filter((part) => !isThought(part));
  const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
  const usage = chunks.findLast((chunk) => chunk.usageMetadata !== undefined)?.usageMetadata;
  return {
    ...unseen,
    text: textOf(said),
    pieces: said.flatMap(({ text }) => (text ? [text] : [])),
    toolCalls: calls.map(({ name = '', args }) => ({ name, arguments: args })),
    callIds: countDistinct(calls.flatMap(({ id }) => id ?? [])),
    reasoning: textOf(parts.filter(isThought)),
    finish:
      candidates.findLast(({ finishReason }) => finishReason !== undefined)?.finishReason ??
      chunks.findLast(({ promptFeedback }) => promptFeedback !== undefined)?.promptFeedback?.blockReason,
    usage: usage && {
      input: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
      cached: usage.cachedContentTokenCount ?? 0,
      output: (usage.candidatesTokenCount ?? 0) + (usage.thoughtsTokenCount ?? 0),
    },
  };
};

/** `@google/genai`. */
export function createGeminiClient({ url, fetch }: ClientOptions): Client {
  const { models } = new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: url, fetch } });

  return {
    async ask({ model, question, stream }) {
      const body: GenerateContentParameters = {
        model,
        contents: question.turns.map(contentOf),
        config: configOf(question),
      };
      const chunks: GenerateContentResponse[] = [];
      try {
        if (!stream) return read([await models.generateContent(body)]);
        for await (const chunk of await models.generateContentStream(body)) chunks.push(chunk);
        return read(chunks);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        // An answer that had begun had the status 200; the error's own is what the event says.
        const status = chunks.length > 0 ? undefined : error.status;
        const { text, pieces, reasoning } = read(chunks);
        return { ...unseen, text, pieces, reasoning, error: { status, message: error.message } };
      }
    },
  };
}
