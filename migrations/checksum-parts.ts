import { z } from 'zod'

/**
 * How server and till narrow down which rows of a table differ. A row's place is the MD5 of its primary key; the first
 * digits of it name the part of the table that the row is in. Parts are summed up as tables are (`checksum.ts`), smaller
 * and smaller ones, until each is one row.
 */

/** Hex digits that name one row: 64 bits. */
export const ROW_DIGITS = 16

/** Rows that are named, or brought, by one answer at most. */
export const ROWS_AT_MOST = 500

/** Parts in one answer at most: those of four digits. */
export const PARTS_AT_MOST = 65_536

const name = z.string().max(63)

/** Which parts are asked for: those named by so many digits, of the table (`['']`) or within parts of it. */
export const partsRequestSchema = z
  .strictObject({
    table: name,
    /** The columns that the till has, to be summed up. */
    columns: z.array(name).min(1).max(100),
    within: z
      .array(z.string().regex(/^[0-9a-f]{0,15}$/))
      .min(1)
      .max(ROWS_AT_MOST),
    digits: z.int().min(1).max(ROW_DIGITS),
  })
  .refine(
    ({ within, digits }) => within.every(({ length }) => length === within[0]?.length && length < digits),
    {
      path: ['within'],
      error: 'parts of one size are asked for smaller ones',
    },
  )
export type PartsRequest = z.infer<typeof partsRequestSchema>

/** Each part that has rows: its name, how many they are, and their sum. */
export const partsAnswerSchema = z.object({
  parts: z.array(z.tuple([z.string(), z.int().positive(), z.string().regex(/^\d+$/)])).max(PARTS_AT_MOST),
})

/** Rows by their places, whole. */
export const rowsRequestSchema = z.strictObject({
  table: name,
  places: z
    .array(z.string().regex(/^[0-9a-f]{16}$/))
    .min(1)
    .max(ROWS_AT_MOST),
})
export type RowsRequest = z.infer<typeof rowsRequestSchema>

/** Rows as a shape's snapshot has them: every value a text or null. */
export const rowsAnswerSchema = z.object({
  rows: z.array(z.record(z.string(), z.string().nullable())).max(ROWS_AT_MOST * 2),
})
