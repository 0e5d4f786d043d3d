import { z } from 'zod';

/**
 * What a person wrote, fit to be stored: PostgreSQL takes neither NUL, which nobody can see and is left
 * out, nor half of a surrogate pair, which becomes the replacement character.
 */
export const written = z.string().transform((text) => text.toWellFormed().replaceAll('\0', ''));
