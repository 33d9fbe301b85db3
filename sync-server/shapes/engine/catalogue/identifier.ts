/** Quotes a name for use in SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Quotes a text as an SQL literal, safe whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return text.includes('\\') ? `E${quoted}` : quoted
}

const UNQUOTED = /^[\p{L}_][\p{L}\p{M}\p{N}_$]*$/u
const MAX_LENGTH = 63

function readIdentifier(text: string): string {
  const quoted = text.startsWith('"') && text.endsWith('"')
  const inner = quoted ? text.slice(1, -1) : text
  if (inner === '') throw new Error('Invalid zero-length delimited identifier')
  if (quoted) {
    if (!inner.replaceAll('""', '').includes('"')) return inner.replaceAll('""', '"')
    throw new Error(`Invalid identifier with unescaped quote: ${inner}`)
  }
  if (!UNQUOTED.test(text)) {
    throw new Error(`Invalid unquoted identifier contains special characters: ${text}`)
  }
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/**
 * Reads one identifier as Postgres does: quoted text is taken as it is, of unquoted text the letters A to Z are folded to
 * lower case. Throws an Error with Electric's message for what is none.
 */
export function parseIdentifier(text: string): string {
  const name = readIdentifier(text)
  // Postgres would cut it, and so take it for another.
  if ([...name].length > MAX_LENGTH) throw new Error(`Identifier is too long (max length is ${MAX_LENGTH})`)
  return name
}

/** Splits at a separator that stands outside double quotes. */
export function splitOutsideQuotes(text: string, separator: '.' | ','): string[] {
  const parts: string[] = []
  let quoted = false
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') quoted = !quoted
    else if (text[i] === separator && !quoted) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}

/** Reads `[schema.]table`; the schema is `public` unless given. */
export function parseTableName(text: string): { schema: string; name: string } {
  const [first = '', second, ...rest] = splitOutsideQuotes(text, '.')
  if (rest.length > 0) throw new Error(`Invalid relation identifier, too many delimiters: ${text}`)
  const name = parseIdentifier(first)
  return second === undefined ? { schema: 'public', name } : { schema: name, name: parseIdentifier(second) }
}
