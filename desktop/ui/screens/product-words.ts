/** How a medicine is told on two lines: what it is called, then what is in the pack and in which form. */
export interface ProductWords {
  title: string
  detail: string
}

/**
 * The pack in the few words that matter at a counter: how many of what. The official text leads with the wrapping
 * ("plaquette(s) PVC aluminium de 30 comprimé(s)"), which says nothing to anyone there.
 */
function shortPack(pack: string): string {
  const content = / de (\d.*)$/.exec(pack)?.[1]
  if (content === undefined) return pack
  const container = /^\d+ \S+/.exec(pack)?.[0]
  return container === undefined ? content : `${container} de ${content}`
}

/**
 * Splits an official name ("DOLIPRANE 1000 mg, comprimé") at the comma before its form.
 * @param name as the catalogue has it
 * @param pack as the catalogue has it
 */
export function productWords(name: string, pack: string): ProductWords {
  const comma = name.indexOf(', ')
  if (comma < 0) return { title: name, detail: shortPack(pack) }
  return { title: name.slice(0, comma), detail: `${shortPack(pack)} · ${name.slice(comma + 2)}` }
}
