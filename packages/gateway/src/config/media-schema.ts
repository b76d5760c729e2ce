import { isNetwork, mediaTypes } from '@claudette/connection-pool';
import * as z from 'zod';

import { milliseconds } from './schema-values.js';

/** The section `media`. */
export const mediaSchema = z
  .strictObject({
    fetch: z
      .strictObject({
        enabled: z
          .boolean()
          .default(false)
          .describe('Fetch images and documents from URLs in requests for targets that take them as data only.'),
        maxBytes: z.int().min(1024).max(104_857_600).default(10_485_760).describe('The largest file, unpacked.'),
        maxFiles: z.int().min(1).max(100).default(8).describe('The most files of one request.'),
        timeoutMs: milliseconds.default(10_000).describe('Most time of one file, redirects included.'),
        maxRedirects: z.int().min(0).max(10).default(3).describe('Each is checked like the URL itself.'),
        ports: z
          .array(z.int().min(1).max(65_535))
          .min(1)
          .default([80, 443])
          .describe('The only ports that are connected to.'),
        contentTypes: z
          .array(z.enum(mediaTypes))
          .min(1)
          .default(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'application/pdf', 'text/plain'])
          .describe('What may be fetched; its bytes must be what it is called.'),
        allow: z
          .array(z.string().refine(isNetwork, 'must be a network like 10.1.0.0/16 or fd12::/32'))
          .default([])
          .describe('Private networks to fetch from besides public addresses; metadata services stay out of reach.'),
      })
      .prefault({})
      .describe('Whether and how the gateway fetches files that clients give by URL. Public addresses only.'),
  })
  .prefault({})
  .describe('Images and documents in requests.');
