import type { ListedModel, PageQuery } from '../codec.js';
import { refuseField } from '../json/fields.js';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

const toWire = ({ id }: ListedModel) => ({
  name: `models/${id}`,
  displayName: id,
  supportedGenerationMethods: ['generateContent', 'countTokens'],
});

const toBytes = (value: object): Uint8Array => Buffer.from(JSON.stringify(value));

const readPageSize = (text: string): number => {
  const size = Number(text);
  if (!Number.isSafeInteger(size) || size < 0) return refuseField('pageSize', 'a whole number', text);
  return size === 0 ? DEFAULT_PAGE_SIZE : Math.min(size, MAX_PAGE_SIZE);
};

/** A page's token is the id of its first model: lists may grow between two pages. */
const readStart = (models: readonly ListedModel[], token: string): number => {
  if (token === '') return 0;
  const start = models.findIndex(({ id }) => id === token);
  return start < 0 ? refuseField('pageToken', 'the nextPageToken of an earlier page', token) : start;
};

/** One model. https://ai.google.dev/api/models#method:-models.get */
export const encodeModel = (model: ListedModel): Uint8Array => toBytes(toWire(model));

/**
 * The page that `pageSize` and `pageToken` ask for. https://ai.google.dev/api/models#method:-models.list
 * @throws GatewayError `invalid_request` naming the parameter
 */
export const encodeModels = (models: readonly ListedModel[], query: PageQuery): Uint8Array => {
  const size = readPageSize(query['pageSize'] ?? '0');
  const start = readStart(models, query['pageToken'] ?? '');
  const next = models[start + size];
  return toBytes({
    models: models.slice(start, start + size).map(toWire),
    ...(next !== undefined && { nextPageToken: next.id }),
  });
};
