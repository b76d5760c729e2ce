import type { ChatRequest, Message, Tool } from '@claudette/core';

/** What a model reads of a prompt: texts, and how many tokens the rest is likely to be. */
export interface PromptTexts {
  readonly texts: readonly string[];
  readonly otherTokens: number;
}

/** Roles, separators and the like, as chat formats write them around each message. */
const TOKENS_PER_MESSAGE = 4;
const TOKENS_PER_TOOL = 8;
/** Providers count 250 to 1,600, by size; what is sent is mostly close to the largest. */
const TOKENS_PER_IMAGE = 1_500;
/** Of a PDF: a page of text, which is some 50 kB in base64. */
const TOKENS_PER_PAGE = 2_000;
const PAGE_BASE64_CHARACTERS = 65_536;

type Part = Message['parts'][number];
type Written = string | number;

const documentTokens = (source: Extract<Part, { type: 'document' }>['source']): Written => {
  if (source.kind === 'text') return source.text;
  return source.kind === 'url'
    ? TOKENS_PER_PAGE
    : TOKENS_PER_PAGE * Math.ceil(source.data.length / PAGE_BASE64_CHARACTERS);
};

const readPart = (part: Part): readonly Written[] => {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return [part.text];
    case 'tool-call':
      return [part.name, part.arguments];
    case 'image':
      return [TOKENS_PER_IMAGE];
    case 'document':
      return [part.name ?? '', documentTokens(part.source)];
    case 'foreign':
      return [JSON.stringify(part.value) ?? ''];
  }
};

const readTool = ({ name, description = '', parameters = {} }: Tool): readonly Written[] => [
  TOKENS_PER_TOOL,
  name,
  description,
  JSON.stringify(parameters),
];

/** Everything in a request that becomes part of the prompt. */
export function readPrompt({ messages, tools, outputFormat }: ChatRequest): PromptTexts {
  const written = [
    ...messages.flatMap(({ parts }) => [TOKENS_PER_MESSAGE, ...parts.flatMap((part: Part) => readPart(part))]),
    ...tools.flatMap(readTool),
    ...(outputFormat?.kind === 'json-schema' ? [JSON.stringify(outputFormat.schema) ?? ''] : []),
  ];
  return {
    texts: written.filter((each) => typeof each === 'string'),
    otherTokens: written.reduce<number>((sum, each) => (typeof each === 'number' ? sum + each : sum), 0),
  };
}
