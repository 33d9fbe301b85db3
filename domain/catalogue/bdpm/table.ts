import type { BdpmFaults } from './faults.ts'

/** A published file as it lies on disk, unpacked. `name` is how messages call it. */
export interface BdpmFile {
  name: string
  bytes: Uint8Array
}

/** A non-blank line: its 1-based number and its fields, tidied. */
export interface BdpmLine {
  line: number
  fields: readonly string[]
}

export type BdpmEncoding = 'utf-8' | 'windows-1252'

export interface BdpmTable {
  encoding: BdpmEncoding
  /** How many columns most lines have: what a line must have at least. */
  columns: number
  lines: readonly BdpmLine[]
}

/** Below this many lines a file is taken for an excerpt made by hand, whose last line ending may be missing. */
const WHOLE_FILE_LINES = 100

/** Text without surrounding blanks and with single spaces inside, no-break spaces included. */
export const tidy = (text: string): string => text.replace(/[\s\u00a0\u202f]+/g, ' ').trim()

/**
 * Decodes a file that is UTF-8 or windows-1252. The publisher has changed from one to the other, file by file.
 * Text that is valid UTF-8 is UTF-8 (French in windows-1252 never is, unless it is plain ASCII, where both agree).
 * @returns null, with a fault added, for what is no text: binary, a web page, or UTF-8 with broken bytes
 */
function decode(file: BdpmFile, faults: BdpmFaults): { text: string; encoding: BdpmEncoding } | null {
  const { name, bytes } = file
  if (bytes.length === 0) return refuse(name, null, 'the file is empty', faults)
  const nul = bytes.indexOf(0)
  if (nul >= 0) {
    const line = bytes.subarray(0, nul).reduce((count, byte) => count + (byte === 10 ? 1 : 0), 1)
    return refuse(name, line, 'holds a NUL byte: this is binary or UTF-16, not the published text', faults)
  }
  const utf8 = new TextDecoder('utf-8').decode(bytes)
  if (/^\s*</.test(utf8)) {
    return refuse(name, 1, 'is a web page (HTML or XML), not the data: download the file again', faults)
  }
  if (!utf8.includes('\ufffd')) return { text: utf8, encoding: 'utf-8' }
  const broken = utf8.split('\ufffd').length - 1
  const accented = utf8.match(/[\u00c0-\u017f]/g)?.length ?? 0
  if (accented >= 10 && accented > 10 * broken) {
    const line = utf8.slice(0, utf8.indexOf('\ufffd')).split('\n').length
    return refuse(name, line, 'is UTF-8 but holds bytes that are not: the file is damaged', faults)
  }
  return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' }
}

function refuse(name: string, line: number | null, reason: string, faults: BdpmFaults): null {
  faults.add(name, line, reason)
  return null
}

function commonWidth(lines: readonly BdpmLine[]): number {
  const counts = new Map<number, number>()
  for (const { fields } of lines) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1)
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0]
}

/**
 * Reads a tab-separated file of the base de données publique des médicaments: no header, no quoting, any line
 * ending. Blank lines are passed over. A line with fewer columns than the rest of its file is a fault (something
 * is missing and what follows may have moved); more columns at the end are not.
 * @param minimumColumns columns without which the file cannot be understood
 * @returns null when the file as a whole is not what it should be; the faults say why
 */
export function readTable(file: BdpmFile, minimumColumns: number, faults: BdpmFaults): BdpmTable | null {
  const decoded = decode(file, faults)
  if (!decoded) return null
  const lines = decoded.text
    .split(/\r*\n|\r/)
    .map((text, index) => ({ line: index + 1, fields: text.split('\t').map(tidy) }))
  const ended = lines.at(-1)?.fields.join('') === ''
  const filled = lines.filter(({ fields }) => fields.some((field) => field !== ''))
  const last = filled.at(-1)
  if (!last) return refuse(file.name, null, 'the file is empty', faults)
  if (!ended && filled.length >= WHOLE_FILE_LINES) {
    return refuse(file.name, last.line, 'the last line is cut off: the file is truncated', faults)
  }
  const columns = commonWidth(filled)
  if (columns < minimumColumns) {
    const reason = `has ${columns} tab-separated column(s) where at least ${minimumColumns} are needed`
    return refuse(file.name, filled[0]?.line ?? null, reason, faults)
  }
  for (const { line, fields } of filled) {
    if (fields.length >= columns) continue
    faults.add(file.name, line, `has ${fields.length} column(s) where the rest of the file has ${columns}`)
  }
  return {
    encoding: decoded.encoding,
    columns,
    lines: filled.filter(({ fields }) => fields.length >= columns),
  }
}
