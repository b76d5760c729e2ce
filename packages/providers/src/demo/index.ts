import { defineProvider } from '../define-provider.js';

/** Answers inside the gateway, without a network, and says that it is the demo. */
export const demo = defineProvider({
  id: 'demo',
  name: 'Demo',
  dialect: 'openai-chat',
  baseUrl: null,
  auth: { scheme: 'none', environment: [] },
  defaultModels: ['demo-1'],
});
