import type { ListedModel, PageQuery } from '../codec.js';
import { refuseField } from '../json/fields.js';

const encoder = new TextEncoder();

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;

/** When a model was made is not ours to know; the field is required, and the API's own word for unknown is the epoch. */
const UNKNOWN_DATE = '1970-01-01T00:00:00Z';

const toWire = ({ id }: ListedModel) => ({ type: 'model', id, display_name: id, created_at: UNKNOWN_DATE });

const readLimit = (text: string | undefined): number => {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d+$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= MAX_LIMIT ? limit : refuseField('limit', `an integer from 1 to ${MAX_LIMIT}`, text);
};

const findModel = (models: readonly ListedModel[], query: PageQuery, parameter: string): number | undefined => {
  const id = query[parameter];
  if (id === undefined) return undefined;
  const index = models.findIndex((model) => model.id === id);
  return index < 0 ? refuseField(parameter, 'the id of a listed model', id) : index;
};

/** Where the page begins and ends, and whether more models follow in the direction that it was asked for. */
const findPage = (models: readonly ListedModel[], query: PageQuery): { start: number; end: number; more: boolean } => {
  const limit = readLimit(query['limit']);
  const after = findModel(models, query, 'after_id');
  const before = findModel(models, query, 'before_id');
  if (before === undefined) {
    const start = after === undefined ? 0 : after + 1;
    return { start, end: start + limit, more: start + limit < models.length };
  }
  if (after !== undefined) return refuseField('before_id', 'absent where after_id is given', query['before_id']);
  const start = Math.max(0, before - limit);
  return { start, end: before, more: start > 0 };
};

/** One model. https://platform.claude.com/docs/en/api/models/retrieve */
export const encodeModel = (model: ListedModel): Uint8Array => encoder.encode(JSON.stringify(toWire(model)));

/**
 * The page of models behind `after_id` or ahead of `before_id`, or else the first.
 * https://platform.claude.com/docs/en/api/models/list
 * @throws GatewayError `invalid_request` naming the parameter
 */
export const encodeModels = (models: readonly ListedModel[], query: PageQuery): Uint8Array => {
  const { start, end, more } = findPage(models, query);
  const page = models.slice(start, end);
  return encoder.encode(
    JSON.stringify({
      data: page.map(toWire),
      has_more: more,
      first_id: page[0]?.id ?? null,
      last_id: page.at(-1)?.id ?? null,
    }),
  );
};
