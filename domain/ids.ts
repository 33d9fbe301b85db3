import { z } from 'zod'

/** A UUID, made (version 7) where the fact it names is made. */
export const idSchema = z.uuid()
