import type { BdpmFaults } from './faults.ts'
import { isCis, isDateOrBlank } from './fields.ts'
import { type BdpmFile, type BdpmTable, readTable } from './table.ts'

/** A medicine as it is authorised (one CIS code); its packs are presentations. */
export interface Speciality {
  cis: string
  name: string
  form: string
  holder: string
}

/** Up to the holder; what follows ("surveillance renforcée") and may follow is not used. */
const MINIMUM_COLUMNS = 11

/** Reads CIS_bdpm.txt. Keyed by CIS; of lines that repeat one, the first stands. */
export function readSpecialities(
  file: BdpmFile,
  faults: BdpmFaults,
): { table: BdpmTable | null; specialities: Map<string, Speciality> } {
  const table = readTable(file, MINIMUM_COLUMNS, faults)
  const specialities = new Map<string, Speciality>()
  for (const { line, fields } of table?.lines ?? []) {
    const [cis = '', name = '', form = '', , , , , authorisedOn = '', , , holder = ''] = fields
    if (!isCis(cis)) faults.add(file.name, line, `CIS code "${cis}" is not eight digits`)
    else if (!isDateOrBlank(authorisedOn)) {
      // The column after the free texts: when it holds no date, a stray tab has moved what stands behind it.
      faults.add(file.name, line, `date of authorisation "${authorisedOn}" is no date (column 8)`)
    } else if (!specialities.has(cis)) specialities.set(cis, { cis, name, form, holder })
  }
  return { table, specialities }
}
