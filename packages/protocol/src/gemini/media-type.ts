const byExtension: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['gif', 'image/gif'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
  ['csv', 'text/csv'],
  ['html', 'text/html'],
]);

/** The media type that a URL's file name tells; undefined when it tells none. */
export const mediaTypeOfUrl = (url: string): string | undefined => {
  const extension = /\.(\w+)(?:[?#]|$)/.exec(url)?.[1];
  return extension === undefined ? undefined : byExtension.get(extension.toLowerCase());
};

export const isImageType = (mediaType: string): boolean => mediaType.startsWith('image/');

/** What a DocumentPart may hold: texts and PDFs. */
export const isDocumentType = (mediaType: string): boolean =>
  mediaType === 'application/pdf' || mediaType.startsWith('text/');
