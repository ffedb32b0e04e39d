/** What several documents of the command line have in them. */
import { z } from 'zod';

export const lab = z.enum(['lambda', 'kappa']);

/** What the lab runs in. */
export const runtime = z.enum(['docker', 'embedded']);

/** Next offsets by partition. */
export const position = z.array(z.number().int().nonnegative());
