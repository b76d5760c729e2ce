import OpenAI from 'openai';
import type { ChatCompletionStreamParams } from 'openai/lib/ChatCompletionStream';

import { MAX_OUTPUT_TOKENS } from './client.js';
import type { Client, ClientOptions } from './client.js';
import { DOCUMENT_NAME, urlOf } from './question.js';
import type { Question, Tool, ToolChoice, Turn, UserTurn } from './question.js';
import { countDistinct, readArguments, unseen } from './seen.js';
import type { Seen, SeenUsage } from './seen.js';

type Message = OpenAI.ChatCompletionMessageParam;

const userContent = ({ text, image, document }: UserTurn): OpenAI.ChatCompletionContentPart[] => [
  ...(image === undefined ? [] : [{ type: 'image_url' as const, image_url: { url: urlOf(image) } }]),
  ...(document === undefined
    ? []
    : [{ type: 'file' as const, file: { filename: DOCUMENT_NAME, file_data: urlOf(document) } }]),
  { type: 'text', text },
];

const messagesOf = (turn: Turn): Message[] => {
  switch (turn.by) {
    case 'user':
      return [{ role: 'user', content: userContent(turn) }];
    case 'model':
      return [
        {
          role: 'assistant',
          tool_calls: turn.calls.map(({ id, name, arguments: args }) => ({
            id,
            type: 'function',
            function: { name, arguments: JSON.stringify(args) },
          })),
        },
      ];
    case 'tool':
      return turn.results.map(({ call, text }) => ({
        role: 'tool',
        tool_call_id: call.id,
        content: [{ type: 'text', text }],
      }));
  }
};

const toolOf = ({ name, description, schema }: Tool): OpenAI.ChatCompletionTool => ({
  type: 'function',
  function: { name, description, parameters: schema },
});

const choiceOf = (choice: ToolChoice): OpenAI.ChatCompletionToolChoiceOption =>
  typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };

const bodyOf = (model: string, question: Question): OpenAI.ChatCompletionCreateParamsNonStreaming => {
  const { system, turns, tools, toolChoice, schema, reasoning, stop } = question;
  return {
    model,
    max_completion_tokens: MAX_OUTPUT_TOKENS,
    messages: [
      ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
      ...turns.flatMap(messagesOf),
    ],
    ...(tools && { tools: tools.map(toolOf) }),
    ...(toolChoice && { tool_choice: choiceOf(toolChoice) }),
    ...(schema && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } },
    }),
    ...(reasoning && { reasoning_effort: reasoning.effort }),
    ...(stop && { stop: [...stop] }),
  };
};

const usageOf = (usage: OpenAI.CompletionUsage | null | undefined): SeenUsage | undefined =>
  usage
    ? {
        input: usage.prompt_tokens,
        cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
        output: usage.completion_tokens,
      }
    : undefined;

/** OpenAI's types know nothing of the reasoning that most vendors of this dialect send. */
const reasoningOf = (words: object | undefined): string =>
  (words as { reasoning_content?: string | null } | undefined)?.reasoning_content ?? '';

const read = (completion: OpenAI.ChatCompletion): Seen => {
  const [choice] = completion.choices;
  const calls = (choice?.message.tool_calls ?? []).filter((call) => call.type === 'function');
  return {
    ...unseen,
    text: choice?.message.content ?? '',
    pieces: [choice?.message.content ?? ''],
    toolCalls: calls.map((call) => ({ name: call.function.name, arguments: readArguments(call.function.arguments) })),
    callIds: countDistinct(calls.map(({ id }) => id)),
    reasoning: reasoningOf(choice?.message),
    refusal: choice?.message.refusal ?? '',
    finish: choice?.finish_reason,
    usage: usageOf(completion.usage),
  };
};

/** The `openai` SDK on Chat Completions; streams are put together by its own helper, which watches their order. */
export function createChatClient({ url, fetch }: ClientOptions): Client {
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', maxRetries: 0, fetch });

  return {
    async ask({ model, question, stream }) {
      const body = bodyOf(model, question);
      const pieces: string[] = [];
      let reasoning = '';
      try {
        if (!stream) return read(await openai.chat.completions.create(body));
        const streamed = { ...body, stream: true, stream_options: { include_usage: true } };
        const runner = openai.chat.completions.stream(streamed as ChatCompletionStreamParams);
        runner.on('chunk', ({ choices: [choice] }) => {
          if (choice?.delta.content) pieces.push(choice.delta.content);
          reasoning += reasoningOf(choice?.delta);
        });
        return { ...read(await runner.finalChatCompletion()), pieces, reasoning };
      } catch (error) {
        if (!(error instanceof OpenAI.OpenAIError)) throw error;
        const status = error instanceof OpenAI.APIError ? (error.status as number | undefined) : undefined;
        return { ...unseen, text: pieces.join(''), pieces, reasoning, error: { status, message: error.message } };
      }
    },
  };
}
