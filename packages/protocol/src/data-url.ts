import type { MediaSource } from '@claudette/core';

const base64Marker = ';base64,';

/** The content that a data URL carries in base64; undefined for every other text. */
export const decodeDataUrl = (url: string): Extract<MediaSource, { kind: 'base64' }> | undefined => {
  const marker = url.startsWith('data:') ? url.indexOf(base64Marker) : -1;
  if (marker < 0) return undefined;
  return {
    kind: 'base64',
    mediaType: url.slice('data:'.length, marker),
    data: url.slice(marker + base64Marker.length),
  };
};
