import type { TableReport } from './verify.ts'

const words = ({ outcome, found, there, unsent }: TableReport): string => {
  if (outcome === 'equal') return 'equal'
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
