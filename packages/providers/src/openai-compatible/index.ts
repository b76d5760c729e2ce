import { defineProvider } from '../define-provider.js';

/** Any server that speaks the chat dialect: vLLM, llama.cpp, LM Studio and many vendors. Only the common fields are taken for granted. */
export const openaiCompatible = defineProvider({
  id: 'openai-compatible',
  name: 'OpenAI-compatible',
  dialect: 'openai-chat',
  baseUrl: null,
  auth: { scheme: 'bearer', environment: [] },
  options: { maxTokensField: 'max_tokens', developerRole: false, textTools: false },
});
