/**
 * The code pages a French, Belgian or German receipt needs, each as its 128 upper characters (0x80 to 0xFF). Source:
 * the Unicode mapping tables CP437, CP850, CP858 (CP850 with the euro at 0xD5) and CP1252.
 */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'
const CP850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0'
const CP858 = CP850.replace('ı', '€')
const WINDOWS_1252 =
  '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ\u00a0¡¢£¤¥¦§¨©ª«¬\u00ad®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ'

const UPPER_HALVES = { cp437: CP437, cp850: CP850, cp858: CP858, windows1252: WINDOWS_1252 }

export type CodePage = keyof typeof UPPER_HALVES

/** What the byte prints as under a code page; a control byte prints as nothing. */
export function decodeByte(byte: number, page: CodePage): string {
  if (byte < 0x20 || byte === 0x7f) return ''
  return byte < 0x80 ? String.fromCharCode(byte) : (UPPER_HALVES[page][byte - 0x80] ?? '?')
}

/** Characters that no accent-stripping finds, and what staff would type for them. */
const SPELLINGS: Readonly<Record<string, string>> = {
  œ: 'oe',
  Œ: 'OE',
  æ: 'ae',
  Æ: 'AE',
  ß: 'ss',
  ẞ: 'SS',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  '€': 'EUR',
  '‘': "'",
  '’': "'",
  '‚': ',',
  '′': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '−': '-',
  '…': '...',
  '•': '*',
  '·': '.',
  '×': 'x',
  '≤': '<=',
  '≥': '>=',
  μ: 'µ',
  µ: 'u',
  '®': '(R)',
  '™': '(TM)',
  '©': '(C)',
  '°': 'o',
  '½': '1/2',
  '¼': '1/4',
  '¾': '3/4',
}

const NO_BREAK_SPACE = /^[\u00a0\u202f\u2007]$/

/**
 * A function that rewrites text so that every character of it exists in the code page: as it is, by a common spelling
 * (`œ` → `oe`, `€` → `EUR` on a page without the euro), without its accent, or else `?`. No-break spaces are kept (the
 * layout needs them) and other spaces become a plain one.
 */
export function substituteFor(page: CodePage): (text: string) => string {
  const printable = new Set(UPPER_HALVES[page])
  const shows = (character: string) => (character >= ' ' && character <= '~') || printable.has(character)
  const one = (character: string): string => {
    if (character === '\n' || character === '\t' || NO_BREAK_SPACE.test(character) || shows(character))
      return character
    const spelling = SPELLINGS[character]
    if (spelling !== undefined) return [...spelling].map((each) => (shows(each) ? each : '?')).join('')
    if (/\s/u.test(character)) return ' '
    const base = character.normalize('NFD').replace(/\p{M}/gu, '')
    return base !== character && base !== '' && [...base].every(shows) ? base : '?'
  }
  return (text) => [...text.normalize('NFC')].map(one).join('')
}
