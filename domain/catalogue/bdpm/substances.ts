import type { BdpmFaults } from './faults.ts'
import { isCis } from './fields.ts'
import { type BdpmFile, type BdpmTable, readTable } from './table.ts'

/** CIS, element, substance code, substance, dosage, what it is in, nature, number that links salt and base. */
const MINIMUM_COLUMNS = 8

/** A tincture of thirty plants is found by its name: what is longer than this is cut after a substance. */
const LONGEST = 240

interface Part {
  link: number
  name: string
  /** `FT`, fraction thérapeutique: the base that people name ("AMLODIPINE"), not its salt ("BÉSILATE D'AMLODIPINE"). */
  isBase: boolean
}

/** The substances as one text, each once, the base in place of its salt. */
function asText(parts: readonly Part[]): string {
  const byLink = Map.groupBy(parts, ({ link }) => link)
  const names = [...byLink.values()].flatMap((linked) => {
    const bases = linked.filter(({ isBase }) => isBase)
    return (bases.length > 0 ? bases : linked).map(({ name }) => name)
  })
  const [first = '', ...others] = new Set(names)
  return others.reduce((text, name) => {
    const longer = `${text}, ${name}`
    return longer.length > LONGEST ? text : longer
  }, first)
}

/** Reads CIS_COMPO_bdpm.txt: the active substances of each CIS, "AMOXICILLINE ANHYDRE, ACIDE CLAVULANIQUE". */
export function readSubstances(
  file: BdpmFile,
  faults: BdpmFaults,
): { table: BdpmTable | null; substances: Map<string, string> } {
  const table = readTable(file, MINIMUM_COLUMNS, faults)
  const parts = new Map<string, Part[]>()
  for (const { line, fields } of table?.lines ?? []) {
    const [cis = '', , , name = '', , , nature = '', link = ''] = fields
    if (!isCis(cis)) faults.add(file.name, line, `CIS code "${cis}" is not eight digits`)
    else if (!/^(SA|FT)$/.test(nature)) {
      faults.add(file.name, line, `nature of the substance "${nature}" is neither SA nor FT (column 7)`)
    } else if (!/^\d{1,4}$/.test(link)) {
      faults.add(file.name, line, `link between substances "${link}" is not a number (column 8)`)
    } else if (name !== '') {
      const known = parts.get(cis) ?? []
      known.push({ link: Number(link), name, isBase: nature === 'FT' })
      parts.set(cis, known)
    }
  }
  return { table, substances: new Map([...parts].map(([cis, of]) => [cis, asText(of)])) }
}

/** The substance that the name of a generic group begins with: "PARACETAMOL 500 mg - DOLIPRANE 500 mg, comprimé". */
export function substanceOfGroup(groupName: string): string | null {
  const label = groupName.split(' - ')[0] ?? ''
  return label.replace(/ \d.*$/, '').trim() || null
}
