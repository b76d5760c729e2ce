import type { ListedModel } from '../codec.js';

const encoder = new TextEncoder();

/** When a model was made is not ours to know; the field is required, and the API's own word for unknown is the epoch. */
const UNKNOWN_DATE = '1970-01-01T00:00:00Z';

const toWire = ({ id }: ListedModel) => ({ type: 'model', id, display_name: id, created_at: UNKNOWN_DATE });

/** One model. https://platform.claude.com/docs/en/api/models/retrieve */
export const encodeModel = (model: ListedModel): Uint8Array => encoder.encode(JSON.stringify(toWire(model)));

/** All models, as one page. https://platform.claude.com/docs/en/api/models/list */
export const encodeModels = (models: readonly ListedModel[]): Uint8Array =>
  encoder.encode(
    JSON.stringify({
      data: models.map(toWire),
      has_more: false,
      first_id: models[0]?.id ?? null,
      last_id: models.at(-1)?.id ?? null,
    }),
  );
