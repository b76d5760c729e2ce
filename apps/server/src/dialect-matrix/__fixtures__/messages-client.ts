import { Anthropic } from '@anthropic-ai/sdk';

import { MAX_OUTPUT_TOKENS } from './client.js';
import type { Client, ClientOptions } from './client.js';
import { DOCUMENT_NAME } from './question.js';
import type { Media, Question, ToolResult, ToolChoice, Turn, UserTurn } from './question.js';
import { countDistinct, unseen } from './seen.js';
import type { Seen } from './seen.js';

type Body = Anthropic.MessageCreateParamsNonStreaming;

const imageOf = (image: Media): Anthropic.ImageBlockParam => ({
  type: 'image',
  source:
    image.kind === 'url'
      ? { type: 'url', url: image.url }
      : { type: 'base64', media_type: image.mediaType as 'image/png', data: image.data },
});

const sourceOf = (document: Media): Anthropic.DocumentBlockParam['source'] => {
  if (document.kind === 'url') return { type: 'url', url: document.url };
  if (document.mediaType === 'application/pdf') {
    return { type: 'base64', media_type: document.mediaType, data: document.data };
  }
  return { type: 'text', media_type: 'text/plain', data: Buffer.from(document.data, 'base64').toString() };
};

const documentOf = (document: Media): Anthropic.DocumentBlockParam => ({
  type: 'document',
  title: DOCUMENT_NAME,
  source: sourceOf(document),
});

const userContent = ({ text, image, document }: UserTurn): Anthropic.ContentBlockParam[] => [
  ...(image === undefined ? [] : [imageOf(image)]),
  ...(document === undefined ? [] : [documentOf(document)]),
  { type: 'text', text },
];

const resultOf = ({ call, text, image, document }: ToolResult): Anthropic.ToolResultBlockParam => ({
  type: 'tool_result',
  tool_use_id: call.id,
  content: [
    { type: 'text', text },
    ...(image === undefined ? [] : [imageOf(image)]),
    ...(document === undefined ? [] : [documentOf(document)]),
  ],
});

const messageOf = (turn: Turn): Anthropic.MessageParam => {
  switch (turn.by) {
    case 'user':
      return { role: 'user', content: userContent(turn) };
    case 'model':
      return {
        role: 'assistant',
        content: turn.calls.map(({ id, name, arguments: input }) => ({ type: 'tool_use', id, name, input })),
      };
    case 'tool':
      return { role: 'user', content: turn.results.map(resultOf) };
  }
};

const choiceOf = (choice: ToolChoice): Anthropic.ToolChoice => {
  if (choice === 'none') return { type: 'none' };
  return choice === 'required' ? { type: 'any' } : { type: 'tool', name: choice.name };
};

const bodyOf = (model: string, question: Question): Body => {
  const { system, turns, tools, toolChoice, schema, reasoning, stop } = question;
  return {
    model,
    max_tokens: MAX_OUTPUT_TOKENS,
    messages: turns.map(messageOf),
    ...(system !== undefined && { system }),
    ...(tools && {
      tools: tools.map((tool) => ({ name: tool.name, description: tool.description, input_schema: tool.schema })),
    }),
    ...(toolChoice && { tool_choice: choiceOf(toolChoice) }),
    ...(schema && { output_config: { format: { type: 'json_schema', schema } } }),
    ...(reasoning && { thinking: { type: 'enabled', budget_tokens: reasoning.budgetTokens } }),
    ...(stop && { stop_sequences: [...stop] }),
  };
};

const read = ({ content, stop_reason, usage }: Anthropic.Message): Seen => {
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  const calls = content.filter((block) => block.type === 'tool_use');
  const cached = usage.cache_read_input_tokens ?? 0;
  return {
    ...unseen,
    text,
    pieces: [text],
    toolCalls: calls.map(({ name, input }) => ({ name, arguments: input })),
    callIds: countDistinct(calls.map(({ id }) => id)),
    reasoning: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    finish: stop_reason ?? undefined,
    usage: {
      input: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0),
      cached,
      output: usage.output_tokens,
    },
  };
};

/** `@anthropic-ai/sdk`; streams are put together by its own helper, which watches their order. */
export function createMessagesClient({ url, fetch }: ClientOptions): Client {
  const anthropic = new Anthropic({ baseURL: url, apiKey: 'any', maxRetries: 0, fetch });

  return {
    async ask({ model, question, stream }) {
      const body = bodyOf(model, question);
      const pieces: string[] = [];
      try {
        if (!stream) return read(await anthropic.messages.create(body));
        const runner = anthropic.messages.stream(body);
        runner.on('text', (delta) => void pieces.push(delta));
        return { ...read(await runner.finalMessage()), pieces };
      } catch (error) {
        if (!(error instanceof Anthropic.AnthropicError)) throw error;
        const status = error instanceof Anthropic.APIError ? (error.status as number | undefined) : undefined;
        return { ...unseen, text: pieces.join(''), pieces, error: { status, message: error.message } };
      }
    },
  };
}
