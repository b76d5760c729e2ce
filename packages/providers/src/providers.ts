import { anthropic } from './anthropic/index.js';
import { demo } from './demo/index.js';
import { ollama } from './ollama/index.js';
import { openai } from './openai/index.js';
import { openaiCompatible } from './openai-compatible/index.js';
import type { Provider } from './provider.js';
import { qwen } from './qwen/index.js';

/** Every vendor, in the order in which backends are looked for without configuration. */
export const providers: readonly Provider[] = [anthropic, openai, qwen, ollama, openaiCompatible, demo];

/** The ids of all vendors. */
export const providerIds: readonly string[] = providers.map(({ id }) => id);

/** The vendor with this id, if there is one. */
export const findProvider = (id: string): Provider | undefined => providers.find((provider) => provider.id === id);
