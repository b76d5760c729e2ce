import { defineProvider } from '../define-provider.js';

/** https://ai.google.dev/api/generate-content */
export const gemini = defineProvider({
  id: 'gemini',
  name: 'Google Gemini',
  dialect: 'gemini',
  baseUrl: 'https://generativelanguage.googleapis.com',
  auth: { scheme: 'header', header: 'x-goog-api-key', environment: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'] },
  defaultModels: ['gemini-3.1-pro-preview', 'gemini-3.5-flash', 'gemini-3.5-flash-lite'],
});
