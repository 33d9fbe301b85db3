import type { RowFaults } from './mend.ts'
import type { TableReport } from './verify.ts'

/** Rows that are named in one line; `--json` has all. */
const NAMED = 5

/** Which rows differ: so many of a kind, and the first of them. */
function wordFaults({ missing, extra, different }: RowFaults): string {
  const kinds: [string, string[]][] = [
    ['missing here', missing],
    ['too many here', extra],
    ['with other values', different.map(({ key, columns }) => `${key} (${columns.join(', ')})`)],
  ]
  return kinds
    .filter(([, keys]) => keys.length > 0)
    .map(([kind, keys]) => {
      const more = keys.length > NAMED ? ', …' : ''
      return `${keys.length} ${kind}: ${keys.slice(0, NAMED).join(', ')}${more}`
    })
    .join('; ')
}

const words = ({ outcome, found, faults, there, unsent }: TableReport): string => {
  if (outcome === 'equal') return 'equal'
  const rows = faults ? wordFaults(faults) : ''
  if (outcome === 'repaired' && rows === '') return 'differed a moment ago, equal now'
  if (outcome === 'repaired') return `DIFFERED (${rows}): repaired, equal now`
  if (rows !== '' && outcome === 'differs') return `DIFFERS (${rows})`
  if (rows !== '' && outcome === 'refetched') return `DIFFERED (${rows}): fetched anew, equal now`
  if (outcome === 'refetched') return `DIFFERED (${found} rows here): fetched anew, equal now`
  if (outcome === 'differs') return found === there ? 'DIFFERS (as many rows, other values)' : 'DIFFERS'
  return unsent > 0 ? `${unsent} own events are not sent yet: ask again` : 'still moving: ask again'
}

/** The report as a table of text, one line a table and one that sums up. */
export function wordReport(reports: readonly TableReport[]): string {
  const width = Math.max(5, ...reports.map(({ table }) => table.length))
  const line = (table: string, here: string, there: string, rest: string) =>
    `${table.padEnd(width)}  ${here.padStart(10)}  ${there.padStart(10)}  ${rest}\n`
  const lines = reports.map((one) => line(one.table, String(one.here), String(one.there), words(one)))
  const count = (outcome: TableReport['outcome']) =>
    reports.filter((report) => report.outcome === outcome).length
  const parts = [
    `${count('equal')} of ${reports.length} tables equal`,
    ...(count('repaired') > 0 ? [`${count('repaired')} repaired`] : []),
    ...(count('refetched') > 0 ? [`${count('refetched')} fetched anew`] : []),
    ...(count('differs') > 0 ? [`${count('differs')} DIFFER`] : []),
    ...(count('moving') > 0 ? [`${count('moving')} still moving`] : []),
  ]
  return `${line('table', 'rows here', 'rows there', '')}${lines.join('')}${parts.join(', ')}.\n`
}

/** 0: the replica equals the server (now); 1: something differs; 3: something moved too much to tell. */
export function exitCode(reports: readonly TableReport[]): 0 | 1 | 3 {
  if (reports.some(({ outcome }) => outcome === 'differs')) return 1
  return reports.some(({ outcome }) => outcome === 'moving') ? 3 : 0
}
