import { defineProvider } from '../define-provider.js';

/** https://platform.openai.com/docs/api-reference/chat */
export const openai = defineProvider({
  id: 'openai',
  name: 'OpenAI',
  dialect: 'openai-chat',
  alsoSpeaks: ['openai-responses'],
  baseUrl: 'https://api.openai.com/v1',
  auth: { scheme: 'bearer', environment: ['OPENAI_API_KEY'] },
  forwardHeaders: ['openai-beta'],
  defaultModels: ['gpt-5.5', 'gpt-5.4-mini'],
});
