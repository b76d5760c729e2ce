import { defineProvider } from '../define-provider.js';

/**
 * https://docs.mistral.ai/api/endpoint/chat; streams end with the usage unasked, and ids of tool calls have nine letters
 * and digits (https://docs.mistral.ai/capabilities/function_calling).
 */
export const mistral = defineProvider({
  id: 'mistral',
  name: 'Mistral',
  dialect: 'openai-chat',
  baseUrl: 'https://api.mistral.ai/v1',
  auth: { scheme: 'bearer', environment: ['MISTRAL_API_KEY'] },
  options: {
    maxTokensField: 'max_tokens',
    developerRole: false,
    streamUsageOption: false,
    textTools: false,
    seedField: 'random_seed',
    shortCallIds: true,
  },
  defaultModels: ['mistral-large-latest', 'mistral-medium-latest', 'mistral-small-latest'],
});
