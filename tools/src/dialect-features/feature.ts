/** Something that a client of one dialect can say: a name for people, and the fields that say it. */
export type Features = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Ends in bytes that are a PDF's, for whoever looks. */
export const pdf = Buffer.from('%PDF-1.4').toString('base64');
export const png = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64');
export const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
