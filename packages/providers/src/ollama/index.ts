import { defineProvider } from '../define-provider.js';

/** A model server on this machine: https://docs.ollama.com/api/openai-compatibility */
export const ollama = defineProvider({
  id: 'ollama',
  name: 'Ollama',
  dialect: 'openai-chat',
  baseUrl: 'http://127.0.0.1:11434',
  pathPrefix: '/v1',
  auth: { scheme: 'none', environment: [] },
  options: { maxTokensField: 'max_tokens', developerRole: false, textTools: false },
  discovery: { path: '/api/tags', modelsField: 'models', nameField: 'name' },
});
