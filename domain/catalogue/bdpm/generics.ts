import type { BdpmFaults } from './faults.ts'
import { isCis } from './fields.ts'
import { type BdpmFile, type BdpmTable, readTable } from './table.ts'

/** A group of the official list of generics: what may be substituted for what. */
export interface GenericGroup {
  id: string
  name: string
}

/** Group, its name, CIS, kind of member, rank. */
const MINIMUM_COLUMNS = 5

/**
 * Reads CIS_GENER_bdpm.txt: the generic group of each CIS that has one. A CIS may stand in several groups (67 do in
 * 2026, mostly originators with two salts); a product holds one, and the lowest group number is it, so that the
 * choice depends neither on the order of lines nor on other years' additions.
 * The CIS is looked for, not counted to: two lines of 2026 have an empty column before it.
 */
export function readGenericGroups(
  file: BdpmFile,
  faults: BdpmFaults,
): { table: BdpmTable | null; groups: Map<string, GenericGroup> } {
  const table = readTable(file, MINIMUM_COLUMNS, faults)
  const groups = new Map<string, GenericGroup>()
  for (const { line, fields } of table?.lines ?? []) {
    const id = fields[0] ?? ''
    const cis = fields.slice(2, 4).find(isCis)
    if (!/^\d{1,9}$/.test(id)) faults.add(file.name, line, `generic group "${id}" is not a number`)
    else if (!cis) faults.add(file.name, line, `CIS code "${fields[2] ?? ''}" is not eight digits`)
    else {
      const known = groups.get(cis)
      if (!known || Number(id) < Number(known.id)) groups.set(cis, { id, name: fields[1] ?? '' })
    }
  }
  return { table, groups }
}
