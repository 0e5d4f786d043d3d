import { z } from 'zod';
import { isLoopback } from './loopback.ts';

/** Where something listens that is spoken to with a token: with TLS, or on this machine. */
export const apiAddress = z
  .url({ protocol: /^https?$/, error: 'an address such as https://api.example' })
  .refine((text) => {
    const url = URL.parse(text);
    return url !== null && (url.protocol === 'https:' || isLoopback(url.host));
  }, 'with https, unless it is on this machine')
  .transform((text) => text.replace(/\/+$/, ''));
