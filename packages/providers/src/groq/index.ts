import { defineProvider } from '../define-provider.js';

/** https://console.groq.com/docs/openai */
export const groq = defineProvider({
  id: 'groq',
  name: 'Groq',
  dialect: 'openai-chat',
  baseUrl: 'https://api.groq.com/openai/v1',
  auth: { scheme: 'bearer', environment: ['GROQ_API_KEY'] },
  options: { developerRole: false, textTools: false },
  defaultModels: ['openai/gpt-oss-120b', 'openai/gpt-oss-20b', 'llama-3.3-70b-versatile'],
});
