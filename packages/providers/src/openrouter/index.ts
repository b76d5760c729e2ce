import { defineProvider } from '../define-provider.js';

/** https://openrouter.ai/docs/api-reference/overview; models are named `vendor/model`. */
export const openrouter = defineProvider({
  id: 'openrouter',
  name: 'OpenRouter',
  dialect: 'openai-chat',
  baseUrl: 'https://openrouter.ai/api/v1',
  auth: { scheme: 'bearer', environment: ['OPENROUTER_API_KEY'] },
  options: { maxTokensField: 'max_tokens', developerRole: false, textTools: false },
  defaultModels: ['anthropic/claude-sonnet-5', 'openai/gpt-5.5'],
});
