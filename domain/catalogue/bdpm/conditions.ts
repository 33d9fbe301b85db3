import type { PrescriptionList } from '../product.ts'
import type { BdpmFaults } from './faults.ts'
import { isCis } from './fields.ts'
import { type BdpmFile, type BdpmTable, readTable } from './table.ts'

const MINIMUM_COLUMNS = 2

const RANK: Record<PrescriptionList, number> = { II: 1, I: 2, stupefiant: 3 }

/**
 * The list a condition of prescription or dispensing puts a medicine on, or null for any other condition.
 * "Assimilé stupéfiant" is list I with some of the narcotics' rules (Meddispar), so list I.
 */
export function listOfCondition(condition: string): PrescriptionList | null {
  const plain = condition
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
  if (/\bstupefiants?\b/.test(plain)) return /assimil|reglementation/.test(plain) ? 'I' : 'stupefiant'
  const list = /\bliste (ii|i|2|1)\b/.exec(plain)?.[1]
  if (!list) return null
  return list === 'i' || list === '1' ? 'I' : 'II'
}

/** Reads CIS_CPD_bdpm.txt: the prescription list of each CIS that has one; of several, the strictest. */
export function readPrescriptionLists(
  file: BdpmFile,
  faults: BdpmFaults,
): { table: BdpmTable | null; lists: Map<string, PrescriptionList> } {
  const table = readTable(file, MINIMUM_COLUMNS, faults)
  const lists = new Map<string, PrescriptionList>()
  for (const { line, fields } of table?.lines ?? []) {
    const [cis = '', condition = ''] = fields
    if (!isCis(cis)) {
      faults.add(file.name, line, `CIS code "${cis}" is not eight digits`)
      continue
    }
    const list = listOfCondition(condition)
    const known = lists.get(cis)
    if (list && (!known || RANK[list] > RANK[known])) lists.set(cis, list)
  }
  return { table, lists }
}
