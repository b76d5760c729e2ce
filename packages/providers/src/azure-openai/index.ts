import { defineProvider } from '../define-provider.js';

/**
 * A resource's v1 API, e.g. `https://NAME.openai.azure.com/openai/v1`; models are the names of its deployments:
 * https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
 */
export const azureOpenai = defineProvider({
  id: 'azure-openai',
  name: 'Azure OpenAI',
  dialect: 'openai-chat',
  alsoSpeaks: ['openai-responses'],
  baseUrl: null,
  auth: { scheme: 'header', header: 'api-key', environment: ['AZURE_OPENAI_API_KEY'] },
});
