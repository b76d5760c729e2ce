import { pdf, png, schema } from './feature.js';
import type { Features } from './feature.js';

const hi = { role: 'user', parts: [{ text: 'hi' }] };
const asking = (...parts: unknown[]): Record<string, unknown> => ({ contents: [{ role: 'user', parts }] });
const configured = (generationConfig: Record<string, unknown>): Record<string, unknown> => ({ generationConfig });
const weather = { name: 'weather', parametersJsonSchema: schema };
const tools = [{ functionDeclarations: [weather] }];
const calling = (functionCallingConfig: Record<string, unknown>): Record<string, unknown> => ({
  tools,
  toolConfig: { functionCallingConfig },
});
const answered = (call: Record<string, unknown>, result: Record<string, unknown>): Record<string, unknown> => ({
  tools,
  contents: [
    hi,
    { role: 'model', parts: [{ functionCall: { name: 'weather', args: { city: 'Bern' } }, ...call }] },
    { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'sunny' }, ...result } }] },
  ],
});

export const geminiFeatures: Features = {
  systemInstruction: { systemInstruction: { parts: [{ text: 'Be brief.' }] } },
  'image in base64': asking({ inlineData: { mimeType: 'image/png', data: png } }),
  'image by URI': asking({ fileData: { mimeType: 'image/png', fileUri: 'https://example.com/a.png' } }),
  'document in base64': asking({ inlineData: { mimeType: 'application/pdf', data: pdf } }),
  'document by URI': asking({ fileData: { mimeType: 'application/pdf', fileUri: 'https://example.com/a.pdf' } }),
  audio: asking({ inlineData: { mimeType: 'audio/wav', data: png } }),
  tools: { tools },
  'OpenAPI schema': {
    tools: [
      {
        functionDeclarations: [
          { name: 'weather', parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } } },
        ],
      },
    ],
  },
  googleSearch: { tools: [{ googleSearch: {} }] },
  codeExecution: { tools: [{ codeExecution: {} }] },
  'function calling ANY': calling({ mode: 'ANY' }),
  'function calling NONE': calling({ mode: 'NONE' }),
  allowedFunctionNames: calling({ mode: 'ANY', allowedFunctionNames: ['weather'] }),
  functionResponse: answered({}, {}),
  'functionResponse with an image': answered({}, { parts: [{ inlineData: { mimeType: 'image/png', data: png } }] }),
  'thought signature in the history': answered({ thoughtSignature: 'b3BhcXVl' }, {}),
  thinkingBudget: configured({ thinkingConfig: { thinkingBudget: 2048 } }),
  thinkingLevel: configured({ thinkingConfig: { thinkingLevel: 'LOW' } }),
  includeThoughts: configured({ thinkingConfig: { includeThoughts: true } }),
  'JSON mode': configured({ responseMimeType: 'application/json' }),
  responseSchema: configured({
    responseMimeType: 'application/json',
    responseSchema: { type: 'OBJECT', properties: { city: { type: 'STRING' } } },
  }),
  responseJsonSchema: configured({ responseMimeType: 'application/json', responseJsonSchema: schema }),
  maxOutputTokens: configured({ maxOutputTokens: 64 }),
  temperature: configured({ temperature: 0 }),
  topP: configured({ topP: 0.9 }),
  topK: configured({ topK: 40 }),
  stopSequences: configured({ stopSequences: ['END'] }),
  candidateCount: configured({ candidateCount: 2 }),
  seed: configured({ seed: 7 }),
  presencePenalty: configured({ presencePenalty: 0.5 }),
  frequencyPenalty: configured({ frequencyPenalty: 0.5 }),
  responseLogprobs: configured({ responseLogprobs: true, logprobs: 2 }),
  safetySettings: { safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }] },
  cachedContent: { cachedContent: 'cachedContents/1' },
};

export const geminiBody = { contents: [hi] };
