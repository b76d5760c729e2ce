import { Anthropic } from '@anthropic-ai/sdk';
import type { DialectId } from '@claudette/core';
import { GoogleGenAI } from '@google/genai';
import type { Content, FunctionCall, GenerateContentResponse, Part } from '@google/genai';
import OpenAI from 'openai';

import type { Stack } from './start-stack.js';

/** What a model answered, in no dialect's words. */
export interface Turn {
  readonly text: string;
  /** The names of the tools it called. */
  readonly calls: readonly string[];
}

/** A conversation as an agent leads it with an official SDK: each answer goes back exactly as the SDK handed it over. */
export interface Conversation {
  say(text: string): void;
  /** Gives every open call the same result. */
  answerCalls(result: string): void;
  /** Asks a model for the next turn. Which one may change from turn to turn. */
  next(model: string, stream: boolean): Promise<Turn>;
}

const parameters = {
  type: 'object' as const,
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const toolNames = ['weather', 'traffic'];

function openChat(url: string): Conversation {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', maxRetries: 0 });
  const tools = toolNames.map((name) => ({ type: 'function' as const, function: { name, parameters } }));
  const messages: OpenAI.ChatCompletionMessageParam[] = [];
  let open: readonly OpenAI.ChatCompletionMessageToolCall[] = [];
  return {
    say: (content) => void messages.push({ role: 'user', content }),
    answerCalls: (content) =>
      void messages.push(...open.map(({ id }) => ({ role: 'tool' as const, tool_call_id: id, content }))),
    async next(model, stream) {
      const body = { model, messages, tools, reasoning_effort: 'low' as const };
      const { choices } = stream
        ? await client.chat.completions.stream(body).finalChatCompletion()
        : await client.chat.completions.create(body);
      const message = choices[0]?.message;
      if (message === undefined) throw new Error('there is no choice');
      messages.push(message);
      open = message.tool_calls ?? [];
      const calls = open.map((call) => (call.type === 'function' ? call.function.name : call.custom.name));
      return { text: message.content ?? '', calls };
    },
  };
}

function openResponses(url: string): Conversation {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', maxRetries: 0 });
  const tools = toolNames.map((name) => ({ type: 'function' as const, name, parameters, strict: true }));
  const input: OpenAI.Responses.ResponseInputItem[] = [];
  let open: readonly OpenAI.Responses.ResponseFunctionToolCall[] = [];
  return {
    say: (content) => void input.push({ role: 'user', content }),
    answerCalls: (output) =>
      void input.push(...open.map(({ call_id }) => ({ type: 'function_call_output' as const, call_id, output }))),
    async next(model, stream) {
      const body = {
        model,
        input,
        tools,
        store: false,
        include: ['reasoning.encrypted_content' as const],
        reasoning: { effort: 'low' as const, summary: 'auto' as const },
      };
      const answer = stream ? client.responses.stream(body).finalResponse() : client.responses.create(body);
      const output: readonly OpenAI.Responses.ResponseOutputItem[] = (await answer).output;
      input.push(...(output as OpenAI.Responses.ResponseInputItem[]));
      open = output.filter((item) => item.type === 'function_call');
      const texts = output.flatMap((item) => (item.type === 'message' ? item.content : []));
      return {
        text: texts.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
        calls: open.map(({ name }) => name),
      };
    },
  };
}

function openMessages(url: string): Conversation {
  const client = new Anthropic({ baseURL: url, apiKey: 'any', maxRetries: 0 });
  const tools = toolNames.map((name) => ({ name, input_schema: parameters }));
  const messages: Anthropic.MessageParam[] = [];
  let open: readonly Anthropic.ToolUseBlock[] = [];
  return {
    say: (content) => void messages.push({ role: 'user', content }),
    answerCalls: (content) =>
      void messages.push({
        role: 'user',
        content: open.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content })),
      }),
    async next(model, stream) {
      const thinking = { type: 'enabled' as const, budget_tokens: 1024 };
      const body = { model, messages, tools, thinking, max_tokens: 4000 };
      const { content } = stream
        ? await client.messages.stream(body).finalMessage()
        : await client.messages.create(body);
      messages.push({ role: 'assistant', content });
      open = content.filter((block) => block.type === 'tool_use');
      return {
        text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
        calls: open.map(({ name }) => name),
      };
    },
  };
}

const partsOf = ({ candidates }: GenerateContentResponse): readonly Part[] => candidates?.[0]?.content?.parts ?? [];

/** Keeps the parts of a stream as one content, as agents do: a chat of the SDK keeps one for each chunk. */
function openGemini(url: string): Conversation {
  const client = new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: url, fetch } });
  const tools = [
    { functionDeclarations: toolNames.map((name) => ({ name, parametersJsonSchema: parameters as unknown })) },
  ];
  const config = { tools, thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } };
  const contents: Content[] = [];
  let open: readonly FunctionCall[] = [];
  return {
    say: (text) => void contents.push({ role: 'user', parts: [{ text }] }),
    answerCalls: (output) =>
      void contents.push({
        role: 'user',
        parts: open.map(({ id, name = '' }) => ({
          functionResponse: { ...(id !== undefined && { id }), name, response: { output } },
        })),
      }),
    async next(model, stream) {
      const parts: Part[] = [];
      if (stream) {
        for await (const chunk of await client.models.generateContentStream({ model, contents, config })) {
          parts.push(...partsOf(chunk));
        }
      } else parts.push(...partsOf(await client.models.generateContent({ model, contents, config })));
      contents.push({ role: 'model', parts });
      open = parts.flatMap(({ functionCall }) => functionCall ?? []);
      return {
        text: parts.map(({ text, thought }) => (thought === true ? '' : (text ?? ''))).join(''),
        calls: open.map(({ name }) => name ?? ''),
      };
    },
  };
}

const openers: Readonly<Record<DialectId, (url: string) => Conversation>> = {
  'openai-chat': openChat,
  'openai-responses': openResponses,
  'anthropic-messages': openMessages,
  gemini: openGemini,
};

/** Begins a conversation with the official SDK of a dialect. */
export const openConversation = (stack: Pick<Stack, 'url'>, dialect: DialectId): Conversation =>
  openers[dialect](stack.url);
