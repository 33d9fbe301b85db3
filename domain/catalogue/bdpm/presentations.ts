import type { Minor } from '../../money.ts'
import { cip13Fault } from '../product.ts'
import type { BdpmFaults } from './faults.ts'
import { type Field, isCis, isDateOrBlank, parsePrice, parseRate } from './fields.ts'
import { type BdpmFile, type BdpmLine, type BdpmTable, readTable } from './table.ts'

/** A pack as CIS_CIP_bdpm.txt lists it. */
export interface Presentation {
  line: number
  cis: string
  cip7: string
  cip13: string
  pack: string
  withdrawn: boolean
  /** Public price with VAT and the dispensing fee per box, what the counter charges; null when not published. */
  price: Minor | null
  reimbursementBp: number | null
}

/** Up to the price. Files before the dispensing fees end there, with the indications. */
const MINIMUM_COLUMNS = 10
/** From here on the price stands without the fee, with it, and then the fee alone. */
const COLUMNS_WITH_FEE = 12

/**
 * Whether the administrative status takes a pack off the list ("Présentation abrogée"). Only that column decides:
 * "Déclaration d'arrêt de commercialisation" stands in another, and what is in stock may still be sold.
 */
const isWithdrawn = (status: string): boolean => status !== '' && !/\bactive\b/i.test(status)

/** Sum or first value that is there; null when no price is published. */
function publicPrice(line: BdpmLine, columns: number): Field<Minor | null> {
  const price = parsePrice(line.fields[9] ?? '')
  if (columns < COLUMNS_WITH_FEE || 'fault' in price) return price
  const withFee = parsePrice(line.fields[10] ?? '')
  const fee = parsePrice(line.fields[11] ?? '')
  if ('fault' in withFee || 'fault' in fee) return 'fault' in withFee ? withFee : fee
  if (withFee.value !== null || price.value === null || fee.value === null) {
    return { value: withFee.value ?? price.value }
  }
  return { value: (price.value + fee.value) as Minor }
}

function readPresentation(line: BdpmLine, columns: number): Presentation | string[] {
  const [cis = '', cip7 = '', pack = '', status = '', , declaredOn = '', cip13 = '', , rateText = ''] =
    line.fields
  const faults: string[] = []
  if (!isCis(cis)) faults.push(`CIS code "${cis}" is not eight digits`)
  const codeFault = cip13Fault(cip13)
  if (codeFault) faults.push(`CIP13 "${cip13}" is none: ${codeFault}`)
  if (!isDateOrBlank(declaredOn)) faults.push(`date "${declaredOn}" is no date (column 6)`)
  const rate = parseRate(rateText)
  if ('fault' in rate) faults.push(rate.fault)
  const price = publicPrice(line, columns)
  if ('fault' in price) faults.push(price.fault)
  if (faults.length > 0 || 'fault' in rate || 'fault' in price) return faults
  return {
    line: line.line,
    cis,
    cip7: /^\d{7}$/.test(cip7) ? cip7 : cip13.slice(5, 12),
    cip13,
    pack,
    withdrawn: isWithdrawn(status),
    price: price.value,
    reimbursementBp: rate.value,
  }
}

/** Reads CIS_CIP_bdpm.txt, in the order of the file, repeated lines included. */
export function readPresentations(
  file: BdpmFile,
  faults: BdpmFaults,
): { table: BdpmTable | null; presentations: Presentation[] } {
  const table = readTable(file, MINIMUM_COLUMNS, faults)
  const presentations: Presentation[] = []
  for (const line of table?.lines ?? []) {
    const read = readPresentation(line, table?.columns ?? 0)
    if (Array.isArray(read)) for (const reason of read) faults.add(file.name, line.line, reason)
    else presentations.push(read)
  }
  return { table, presentations }
}
