import { z } from 'zod'
import { hasValidCheckDigit } from './barcodes/gtin.ts'

/**
 * A print document: what is to be on the paper, as plain data, with no printer in mind. The till maps a sale or a
 * Z report to one, stores it in its spool as JSON, and a printer profile turns it into bytes.
 *
 * Text is never cut: what does not fit a line or a column goes on in the next line. A line feed in a text starts a
 * new line; every other control character is dropped, so that a name in a catalogue can never command a printer.
 */
const alignSchema = z.enum(['left', 'center', 'right'])
/** `tall` doubles the height, `wide` the width (half as many characters fit a line), `double` both. */
const sizeSchema = z.enum(['normal', 'tall', 'wide', 'double'])

const styleShape = {
  bold: z.boolean().optional(),
  size: sizeSchema.optional(),
}

const textSchema = z.object({
  kind: z.literal('text'),
  text: z.string().max(4000),
  align: alignSchema.optional(),
  ...styleShape,
})

/**
 * Width of a cell in characters of the row's size. A number is a minimum: the cell grows rather than break a word or
 * an amount. `fit` is as wide as its text. `fill` shares what is left.
 */
const cellSchema = z.object({
  text: z.string().max(2000),
  width: z.union([z.number().int().min(1).max(96), z.literal('fit'), z.literal('fill')]),
  align: alignSchema.optional(),
})

const columnsSchema = z.object({
  kind: z.literal('columns'),
  cells: z.array(cellSchema).min(1).max(8),
  ...styleShape,
})

const ruleSchema = z.object({ kind: z.literal('rule'), style: z.enum(['single', 'double']).optional() })

const ean13Schema = z.object({
  kind: z.literal('barcode'),
  symbology: z.literal('ean13'),
  data: z
    .string()
    .regex(/^\d{13}$/, 'an EAN-13 has 13 digits')
    .refine(hasValidCheckDigit, 'wrong check digit'),
})

const code128Schema = z.object({
  kind: z.literal('barcode'),
  symbology: z.literal('code128'),
  data: z.string().regex(/^[\x20-\x7e]{1,48}$/, 'CODE128 here takes 1 to 48 printable ASCII characters'),
})

const qrSchema = z.object({
  kind: z.literal('qr'),
  data: z.string().regex(/^[\x20-\x7e]{1,500}$/, 'a QR code here takes 1 to 500 printable ASCII characters'),
  /** Side of one module in dots (1/8 mm at 203 dpi); 4 when not given. */
  moduleDots: z.number().int().min(2).max(8).optional(),
})

const feedSchema = z.object({ kind: z.literal('feed'), lines: z.number().int().min(1).max(20) })
const cutSchema = z.object({ kind: z.literal('cut') })
const drawerPulseSchema = z.object({ kind: z.literal('drawer-pulse') })

const elementSchema = z.union([
  textSchema,
  columnsSchema,
  ruleSchema,
  ean13Schema,
  code128Schema,
  qrSchema,
  feedSchema,
  cutSchema,
  drawerPulseSchema,
])

/** Parses what a spool stored; a `ZodError` names the element and the field that is wrong. */
export const printDocumentSchema = z.object({
  /** For people: a spool's list, a window's title. Not printed. */
  title: z.string().min(1).max(200),
  elements: z.array(elementSchema).max(5000),
})

export type PrintAlign = z.infer<typeof alignSchema>
export type PrintSize = z.infer<typeof sizeSchema>
export type PrintCell = z.infer<typeof cellSchema>
export type PrintElement = z.infer<typeof elementSchema>
export type PrintDocument = z.infer<typeof printDocumentSchema>

/** How a line of text looks. */
export type PrintStyle = { bold?: boolean; size?: PrintSize }

/** A line of text (or several, when it is long), left-aligned if nothing else is said. */
export function text(value: string, style: PrintStyle & { align?: PrintAlign } = {}): PrintElement {
  return { kind: 'text', text: value, ...style }
}

/** A name on the left that may wrap and a figure on the right that never breaks. */
export function leftRight(left: string, right: string, style: PrintStyle = {}): PrintElement {
  return {
    kind: 'columns',
    cells: [
      { text: left, width: 'fill' },
      { text: right, width: 'fit', align: 'right' },
    ],
    ...style,
  }
}

/** One row of a table; rows with the same widths line up. */
export function columns(cells: readonly PrintCell[], style: PrintStyle = {}): PrintElement {
  return { kind: 'columns', cells: [...cells], ...style }
}

/** A rule across the paper. */
export function rule(style: 'single' | 'double' = 'single'): PrintElement {
  return { kind: 'rule', style }
}
