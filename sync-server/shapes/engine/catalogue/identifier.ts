/** Quotes a name for use in SQL. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Quotes a text as an SQL literal, safe whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return text.includes('\\') ? `E${quoted}` : quoted
}

const UNQUOTED = /^[\p{L}_][\p{L}\p{N}_$]*$/u

/**
 * Reads one identifier as Postgres does: quoted text is taken as it is, unquoted text is folded to lower case.
 * Throws an Error whose message is Electric's when an unquoted name holds other characters.
 */
export function parseIdentifier(text: string): string {
  if (text.startsWith('"') && text.endsWith('"') && text.length > 2) {
    const inner = text.slice(1, -1)
    if (inner.replaceAll('""', '').includes('"')) {
      throw new Error(`Invalid identifier with unescaped quote: ${text}`)
    }
    return inner.replaceAll('""', '"')
  }
  if (!UNQUOTED.test(text)) {
    throw new Error(`Invalid unquoted identifier contains special characters: ${text}`)
  }
  return text.toLowerCase()
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
  const parts = splitOutsideQuotes(text, '.').map(parseIdentifier)
  const [first, second, ...rest] = parts
  if (first === undefined || rest.length > 0) {
    throw new Error(`Invalid unquoted identifier contains special characters: ${text}`)
  }
  return second === undefined ? { schema: 'public', name: first } : { schema: first, name: second }
}
