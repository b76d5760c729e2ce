import { defineProvider } from '../define-provider.js';

/** https://docs.x.ai/docs/api-reference */
export const xai = defineProvider({
  id: 'xai',
  name: 'xAI',
  dialect: 'openai-chat',
  alsoSpeaks: ['openai-responses'],
  baseUrl: 'https://api.x.ai/v1',
  auth: { scheme: 'bearer', environment: ['XAI_API_KEY'] },
  options: { developerRole: false, textTools: false },
  defaultModels: ['grok-4.6', 'grok-4-1-fast-reasoning', 'grok-4-1-fast-non-reasoning'],
});
