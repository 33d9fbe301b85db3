import type { Locale } from '../../../domain/refusals.ts'
import { type PrintDocument, type PrintElement, text } from '../../../hardware/protocols/print-document.ts'
import { WORDS } from './wording.ts'

/**
 * The document as a duplicate says it: the word on top, and no drawer pulse, since the drawer opens for a payment and
 * not for a paper. Marking it again changes nothing.
 */
export function asDuplicate(document: PrintDocument, locale: Locale): PrintDocument {
  const mark = text(WORDS[locale].duplicate, { align: 'center', bold: true, size: 'double' })
  const isMark = (element: PrintElement | undefined) =>
    element?.kind === 'text' && element.text === WORDS[locale].duplicate
  const elements = document.elements.filter((element) => element.kind !== 'drawer-pulse')
  return { ...document, elements: isMark(elements[0]) ? elements : [mark, ...elements] }
}
