import type { ListedModel } from '../codec.js';

const encoder = new TextEncoder();

/** When a model was made is not ours to know; the field is required, so it is the epoch. */
const toWire = ({ id, ownedBy }: ListedModel) => ({ id, object: 'model', created: 0, owned_by: ownedBy });

/** One model. https://platform.openai.com/docs/api-reference/models/object */
export const encodeModel = (model: ListedModel): Uint8Array => encoder.encode(JSON.stringify(toWire(model)));

/** All models, as one page. https://platform.openai.com/docs/api-reference/models/list */
export const encodeModels = (models: readonly ListedModel[]): Uint8Array =>
  encoder.encode(JSON.stringify({ object: 'list', data: models.map(toWire) }));
