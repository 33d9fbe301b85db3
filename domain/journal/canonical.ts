import canonicalize from 'canonicalize'

/**
 * The canonical JSON text of a plain value (RFC 8785): what hashes and signatures cover.
 * @throws TypeError when the value has no canonical form (NaN, a lone surrogate, undefined at the top).
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('value has no canonical JSON form')
  return text
}
