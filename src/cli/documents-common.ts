/** What several documents of the command line have in them. */
import { z } from 'zod';

export const lab = z.enum(['lambda', 'kappa']);

/** Next offsets by partition. */
export const position = z.array(z.number().int().nonnegative());
