/** The barcode at the foot of our own receipts: which register printed it, and the register's gap-free number. */
export type ReceiptCode = { register: string; receiptNumber: number }

const PATTERN = /^R-([A-Z0-9]{1,6})-(\d{1,9})$/

/**
 * The text of a receipt's CODE128: `R-<register>-<number, six digits or more>`, short enough for 80 mm paper.
 * @param code.register 1 to 6 capital letters or digits, as printed on the till
 * @throws RangeError naming the field that does not fit
 */
export function formatReceiptCode(code: ReceiptCode): string {
  const { register, receiptNumber } = code
  if (!/^[A-Z0-9]{1,6}$/.test(register)) {
    throw new RangeError(`register must be 1 to 6 capital letters or digits, got ${JSON.stringify(register)}`)
  }
  if (!Number.isSafeInteger(receiptNumber) || receiptNumber < 1 || receiptNumber > 999_999_999) {
    throw new RangeError(`receiptNumber must be an integer from 1 to 999999999, got ${receiptNumber}`)
  }
  return `R-${register}-${String(receiptNumber).padStart(6, '0')}`
}

/** The register and number of a scanned receipt, or null when it is another code. */
export function parseReceiptCode(text: string): ReceiptCode | null {
  const match = PATTERN.exec(text)
  if (match === null) return null
  const [, register = '', digits = ''] = match
  const receiptNumber = Number(digits)
  return receiptNumber >= 1 ? { register, receiptNumber } : null
}
