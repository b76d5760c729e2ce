import OpenAI from 'openai';
import type { ResponseStreamParams } from 'openai/lib/responses/ResponseStream';

import { MAX_OUTPUT_TOKENS } from './client.js';
import type { Client, ClientOptions } from './client.js';
import { DOCUMENT_NAME, urlOf } from './question.js';
import type { Media, Question, ToolResult, Tool, ToolChoice, Turn, UserTurn } from './question.js';
import { countDistinct, readArguments, unseen } from './seen.js';
import type { Seen, SeenUsage } from './seen.js';

type InputItem = OpenAI.Responses.ResponseInputItem;
type Response = OpenAI.Responses.Response;
type Body = OpenAI.Responses.ResponseCreateParamsNonStreaming;

const imageOf = (image: Media) => ({
  type: 'input_image' as const,
  detail: 'auto' as const,
  image_url: urlOf(image),
});

const documentOf = (document: Media) =>
  document.kind === 'url'
    ? { type: 'input_file' as const, file_url: document.url }
    : { type: 'input_file' as const, filename: DOCUMENT_NAME, file_data: urlOf(document) };

const userContent = ({ text, image, document }: UserTurn): OpenAI.Responses.ResponseInputMessageContentList => [
  ...(image === undefined ? [] : [imageOf(image)]),
  ...(document === undefined ? [] : [documentOf(document)]),
  { type: 'input_text', text },
];

const outputOf = ({ text, image, document }: ToolResult): OpenAI.Responses.ResponseFunctionCallOutputItemList => [
  { type: 'input_text', text },
  ...(image === undefined ? [] : [imageOf(image)]),
  ...(document === undefined ? [] : [documentOf(document)]),
];

const itemsOf = (turn: Turn): InputItem[] => {
  switch (turn.by) {
    case 'user':
      return [{ type: 'message', role: 'user', content: userContent(turn) }];
    case 'model':
      return turn.calls.map(({ id, name, arguments: args }) => ({
        type: 'function_call',
        call_id: id,
        name,
        arguments: JSON.stringify(args),
      }));
    case 'tool':
      return turn.results.map((result) => ({
        type: 'function_call_output',
        call_id: result.call.id,
        output: outputOf(result),
      }));
  }
};

const toolOf = ({ name, description, schema }: Tool): OpenAI.Responses.FunctionTool => ({
  type: 'function',
  name,
  description,
  parameters: schema,
  strict: false,
});

const choiceOf = (choice: ToolChoice): NonNullable<Body['tool_choice']> =>
  typeof choice === 'string' ? choice : { type: 'function', name: choice.name };

const bodyOf = (model: string, question: Question): Body => {
  const { system, turns, tools, toolChoice, schema, reasoning } = question;
  return {
    model,
    max_output_tokens: MAX_OUTPUT_TOKENS,
    input: turns.flatMap(itemsOf),
    ...(system !== undefined && { instructions: system }),
    ...(tools && { tools: tools.map(toolOf) }),
    ...(toolChoice && { tool_choice: choiceOf(toolChoice) }),
    ...(schema && { text: { format: { type: 'json_schema', name: 'answer', strict: true, schema } } }),
    ...(reasoning && { reasoning: { effort: reasoning.effort, summary: 'auto' } }),
  };
};

const finishOf = ({ status, incomplete_details: details }: Response): string | undefined =>
  status === 'incomplete' ? `incomplete: ${details?.reason}` : status;

const usageOf = ({ usage }: Response): SeenUsage | undefined =>
  usage && {
    input: usage.input_tokens,
    cached: usage.input_tokens_details.cached_tokens,
    output: usage.output_tokens,
  };

const read = (response: Response): Seen => {
  const parts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []));
  const text = parts.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
  const calls = response.output.filter((item) => item.type === 'function_call');
  const summaries = response.output.flatMap((item) => (item.type === 'reasoning' ? item.summary : []));
  return {
    ...unseen,
    text,
    pieces: [text],
    toolCalls: calls.map(({ name, arguments: args }) => ({ name, arguments: readArguments(args) })),
    callIds: countDistinct(calls.map(({ call_id }) => call_id)),
    reasoning: summaries.map((part) => part.text).join(''),
    refusal: parts.map((part) => (part.type === 'refusal' ? part.refusal : '')).join(''),
    finish: finishOf(response),
    usage: usageOf(response),
  };
};

/** An error of the SDK; or the `error` event itself, which its helper rejects with when the fields are at the top. */
const isRaised = (error: unknown): error is Error | OpenAI.Responses.ResponseErrorEvent =>
  error instanceof OpenAI.OpenAIError || (error as { readonly type?: unknown } | undefined)?.type === 'error';

/** The `openai` SDK on Responses; streams are put together by its own helper, which watches their order. */
export function createResponsesClient({ url, fetch }: ClientOptions): Client {
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', maxRetries: 0, fetch });

  return {
    async ask({ model, question, stream }) {
      const body = bodyOf(model, question);
      const pieces: string[] = [];
      try {
        if (!stream) return read(await openai.responses.create(body));
        const runner = openai.responses.stream(body as ResponseStreamParams);
        runner.on('response.output_text.delta', ({ delta }) => void pieces.push(delta));
        const response = await runner.finalResponse();
        if (response.status !== 'failed') return { ...read(response), pieces };
        // The SDK raises nothing for a response that says of itself that it failed.
        const message = response.error?.message ?? 'it gives no reason';
        return { ...unseen, text: pieces.join(''), pieces, error: { status: undefined, message } };
      } catch (error) {
        if (!isRaised(error)) throw error;
        const status = error instanceof OpenAI.APIError ? (error.status as number | undefined) : undefined;
        return { ...unseen, text: pieces.join(''), pieces, error: { status, message: error.message } };
      }
    },
  };
}
