import { anthropic } from './anthropic/index.js';
import { azureOpenai } from './azure-openai/index.js';
import { deepseek } from './deepseek/index.js';
import { demo } from './demo/index.js';
import { gemini } from './gemini/index.js';
import { groq } from './groq/index.js';
import { mistral } from './mistral/index.js';
import { ollama } from './ollama/index.js';
import { openai } from './openai/index.js';
import { openaiCompatible } from './openai-compatible/index.js';
import { openrouter } from './openrouter/index.js';
import type { Provider } from './provider.js';
import { qwen } from './qwen/index.js';
import { xai } from './xai/index.js';

/** Every vendor, in the order in which backends are looked for without configuration. */
export const providers: readonly Provider[] = [
  anthropic,
  openai,
  gemini,
  qwen,
  mistral,
  deepseek,
  groq,
  xai,
  openrouter,
  ollama,
  azureOpenai,
  openaiCompatible,
  demo,
];

/** The ids of all vendors. */
export const providerIds: readonly string[] = providers.map(({ id }) => id);

/** The vendor with this id, if there is one. */
export const findProvider = (id: string): Provider | undefined => providers.find((provider) => provider.id === id);
