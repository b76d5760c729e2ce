import { defineProvider } from '../define-provider.js';

/** https://api-docs.deepseek.com/api/create-chat-completion; JSON is promised, a schema is not. */
export const deepseek = defineProvider({
  id: 'deepseek',
  name: 'DeepSeek',
  dialect: 'openai-chat',
  baseUrl: 'https://api.deepseek.com/v1',
  auth: { scheme: 'bearer', environment: ['DEEPSEEK_API_KEY'] },
  options: { maxTokensField: 'max_tokens', developerRole: false, textTools: false, jsonSchema: false },
  defaultModels: ['deepseek-v4-pro', 'deepseek-v4-flash'],
});
