import type { Content, FunctionDeclaration, GenerateContentConfig, Part, ToolConfig } from '@google/genai';

import type { Arrived } from './arrived.js';
import type { Tool, ToolChoice } from './question.js';

/** The body as it is on the wire: what the SDK calls `config` stands at the top and in `generationConfig`. */
interface Body {
  readonly contents: readonly Content[];
  readonly systemInstruction?: Content;
  readonly tools?: readonly { readonly functionDeclarations?: readonly FunctionDeclaration[] }[];
  readonly toolConfig?: ToolConfig;
  readonly generationConfig?: GenerateContentConfig;
}

type Media = Pick<Part, 'inlineData' | 'fileData'>;

/** The media of some kind, as URLs. */
const mediaOf = (parts: readonly Media[], isWanted: (mimeType: string) => boolean): string[] =>
  parts.flatMap(({ inlineData, fileData }) => {
    if (!isWanted(inlineData?.mimeType ?? fileData?.mimeType ?? '')) return [];
    if (inlineData !== undefined) return [`data:${inlineData.mimeType};base64,${inlineData.data}`];
    return fileData?.fileUri === undefined ? [] : [fileData.fileUri];
  });

const isImage = (mimeType: string): boolean => mimeType.startsWith('image/');
const textOf = (parts: readonly Part[] = []): string => parts.map(({ text }) => text ?? '').join('');

const choiceOf = (config: ToolConfig | undefined): ToolChoice | undefined => {
  const { mode, allowedFunctionNames: [name] = [] } = config?.functionCallingConfig ?? {};
  if (mode === 'NONE') return 'none';
  if (mode !== 'ANY') return undefined;
  return name === undefined ? 'required' : { name };
};

const toolOf = ({ name = '', description = '', parametersJsonSchema }: FunctionDeclaration): Tool => ({
  name,
  description,
  schema: parametersJsonSchema as Tool['schema'],
});

/** Reads a request of `generateContent`. */
export function readGemini(json: unknown): Arrived {
  const body = json as Body;
  const { generationConfig: config = {} } = body;
  const outer = body.contents.flatMap(({ parts = [] }) => parts);
  const results = outer.flatMap(({ functionResponse }) => functionResponse ?? []);
  const media: readonly Media[] = [...outer, ...results.flatMap(({ parts = [] }) => parts as readonly Media[])];
  const thinking = config.thinkingConfig;
  return {
    system: (body.systemInstruction?.parts ?? []).map((part) => textOf([part])),
    said: body.contents
      .filter(({ role, parts }) => role === 'user' && textOf(parts) !== '')
      .map(({ parts }) => textOf(parts)),
    images: mediaOf(media, isImage),
    documents: mediaOf(media, (mimeType) => mimeType !== '' && !isImage(mimeType)),
    documentNames: [],
    tools: (body.tools ?? []).flatMap(({ functionDeclarations = [] }) => functionDeclarations).map(toolOf),
    toolChoice: choiceOf(body.toolConfig),
    calls: outer.flatMap(({ functionCall }) =>
      functionCall === undefined ? [] : [{ name: functionCall.name ?? '', arguments: functionCall.args }],
    ),
    results: results.map(({ name = '', response = {} }) => ({ name, text: String(response['output']) })),
    schema: config.responseJsonSchema,
    reasoning: thinking?.thinkingBudget ?? thinking?.thinkingLevel?.toLowerCase(),
    stop: config.stopSequences ?? [],
  };
}
