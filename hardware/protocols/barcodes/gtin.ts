/**
 * Check digits of the GTIN family (EAN-8, UPC-A, EAN-13 and so CIP13, GTIN-14, SSCC): from the right, the digits weigh
 * 3, 1, 3, 1…; the check digit fills the sum up to a multiple of ten. GS1 General Specifications, section 7.9.
 */

const DIGITS = /^\d+$/

/**
 * The check digit that belongs behind `digits`.
 * @param digits the number without its check digit, 1 to 17 decimal digits
 * @throws RangeError when it holds anything but digits
 */
export function checkDigit(digits: string): number {
  if (!DIGITS.test(digits) || digits.length > 17) {
    throw new RangeError(`A check digit needs 1 to 17 digits, got ${JSON.stringify(digits)}`)
  }
  let sum = 0
  for (let fromRight = 0; fromRight < digits.length; fromRight += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - fromRight) - 48
    sum += fromRight % 2 === 0 ? 3 * digit : digit
  }
  return (10 - (sum % 10)) % 10
}

/** Whether the last digit of `code` is the check digit of those before it. Anything but 2 to 18 digits is false. */
export function hasValidCheckDigit(code: string): boolean {
  if (code.length < 2 || code.length > 18 || !DIGITS.test(code)) return false
  return checkDigit(code.slice(0, -1)) === code.charCodeAt(code.length - 1) - 48
}

/**
 * The GTIN-14 as the shortest code that names the same thing: 13 digits when it begins with `0` (as a CIP13 in AI 01
 * does), 14 when it is a case or a carton.
 */
export function shortestGtin(gtin14: string): string {
  return gtin14.startsWith('0') ? gtin14.slice(1) : gtin14
}
