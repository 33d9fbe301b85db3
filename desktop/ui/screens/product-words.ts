/** How a medicine is told on two lines: what it is called, then what is in the pack and in which form. */
export interface ProductWords {
  title: string
  detail: string
}

/** A strength that is longer than this is not kept whole: it would leave no room for the name. */
const LONGEST_STRENGTH = 22

/**
 * Parts "IRBESARTAN VIATRIS 300 mg/12,5 mg" before its strength, so that where room is short the name is cut and the
 * strength never is: two strengths of one medicine must not look alike.
 */
export function splitStrength(title: string): { name: string; strength: string } {
  const [, name, strength] = /^(.*?\D)( \d.*)$/.exec(title) ?? []
  return name === undefined || strength === undefined || strength.length > LONGEST_STRENGTH
    ? { name: title, strength: '' }
    : { name, strength }
}

/** "30 comprimé(s)" as people write it: the mark becomes the plural that the number before it asks for. */
function inflect(text: string): string {
  let count = 1
  return text.replace(/(\d+(?:,\d+)?)|\(s\)/g, (whole, number?: string) => {
    if (number === undefined) return count >= 2 ? 's' : ''
    count = Number(number.replace(',', '.'))
    return whole
  })
}

/** What comes with the content ("avec seringue(s) …", "(21 actifs + 7 placebo)") is not told in a line. */
const withoutExtras = (text: string): string => text.replace(/ (?:avec|\+|\(|-) ?.*$/, '')

/**
 * The pack in the few words that matter at a counter: how many of what. The official text leads with the wrapping
 * ("plaquette(s) PVC aluminium de 30 comprimé(s)"), which says nothing to anyone there.
 */
function shortPack(pack: string): string {
  const content = / de (\d.*)$/.exec(pack)?.[1]
  const container = /^\d+ \S+/.exec(pack)?.[0]
  if (content === undefined) return inflect(container ?? pack)
  return inflect(
    container === undefined ? withoutExtras(content) : `${container} de ${withoutExtras(content)}`,
  )
}

/** The form without what the pack has said already: after "30 comprimés", "comprimé pelliculé" adds one word. */
function restOfForm(form: string, pack: string): string {
  const noun = /\d ([^\s\d]+?)s?$/.exec(pack)?.[1]
  return noun !== undefined && (form === noun || form.startsWith(`${noun} `))
    ? form.slice(noun.length).trim()
    : form
}

/**
 * Splits an official name ("DOLIPRANE 1000 mg, comprimé") at the comma before its form.
 * @param name as the catalogue has it
 * @param pack as the catalogue has it
 */
export function productWords(name: string, pack: string): ProductWords {
  const comma = name.indexOf(', ')
  const short = shortPack(pack)
  if (comma < 0) return { title: name, detail: short }
  const rest = restOfForm(name.slice(comma + 2), short)
  return { title: name.slice(0, comma), detail: [short, rest].filter(Boolean).join(' · ') }
}
