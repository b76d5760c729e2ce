import { defineProvider } from '../define-provider.js';

/** DashScope's international endpoint: https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope */
export const qwen = defineProvider({
  id: 'qwen',
  name: 'Qwen (DashScope)',
  dialect: 'openai-chat',
  baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
  auth: { scheme: 'bearer', environment: ['QWEN_API_KEY', 'DASHSCOPE_API_KEY'] },
  options: { maxTokensField: 'max_tokens', developerRole: false, textTools: false },
  defaultModels: ['qwen3-max', 'qwen-plus', 'qwen-flash'],
});
