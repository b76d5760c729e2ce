/** The list of models is the same API for both of OpenAI's dialects. */
export { encodeModel, encodeModels } from '../openai-chat/encode-models.js';
