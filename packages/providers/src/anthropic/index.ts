import { defineProvider } from '../define-provider.js';

/** https://docs.claude.com/en/api/overview */
export const anthropic = defineProvider({
  id: 'anthropic',
  name: 'Anthropic',
  dialect: 'anthropic-messages',
  baseUrl: 'https://api.anthropic.com',
  auth: { scheme: 'header', header: 'x-api-key', environment: ['ANTHROPIC_API_KEY'] },
  forwardHeaders: ['anthropic-version', 'anthropic-beta'],
  defaultModels: ['claude-sonnet-5', 'claude-opus-5-5', 'claude-haiku-4-5'],
});
