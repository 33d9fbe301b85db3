/** Digits before the check digit: enough that nobody guesses one that is worth something. */
const BODY = 15

/** Damm's table: each wrong digit and each swap of two neighbours changes what comes out. */
const DAMM = [
  '0317598642',
  '7092154863',
  '4206871359',
  '1750983426',
  '6123045978',
  '3674209581',
  '5869720134',
  '8945362017',
  '9438617205',
  '2581436790',
] as const

const checkDigit = (digits: string): string =>
  [...digits].reduce((interim, digit) => DAMM[Number(interim)]?.[Number(digit)] ?? '', '0')

/**
 * A new voucher's code: 16 digits, the last of which checks the others.
 * @param randomDigit a digit 0 to 9 that nobody can foresee
 */
export function makeVoucherCode(randomDigit: () => number): string {
  const body = Array.from({ length: BODY }, randomDigit).join('')
  return `${body}${checkDigit(body)}`
}

/** Whether a code can be one of ours as it is typed: 16 digits whose last one checks. Others were issued before. */
export const isVoucherCode = (code: string): boolean => looksLikeOne(code) && checkDigit(code) === '0'

const looksLikeOne = (code: string): boolean => /^\d{16}$/.test(code)

/** Whether it was meant to be one of ours, and a digit is wrong. */
export const isMistyped = (code: string): boolean => looksLikeOne(code) && !isVoucherCode(code)

/** A code as it is kept: the blanks by which it is read out in fours are not part of it. */
export function asVoucherCode(typed: string): string {
  const digits = typed.replace(/\s/g, '')
  return looksLikeOne(digits) ? digits : typed
}
