import type { SkipReason } from '../../domain/catalogue/bdpm/catalogue.ts'
import type { ImportReport } from './import.ts'

const SKIPPED: Record<SkipReason, string> = {
  'speciality-missing': 'their speciality is not in CIS_bdpm.txt, so they have no name',
  'name-missing': 'their speciality has a blank name',
  repeated: 'the same line stands there twice',
  'repeated-differently':
    'the CIP13 stands there twice with other facts; an active line wins, else the first',
}

const count = (value: number): string => value.toLocaleString('en-US').padStart(9)
const euros = (minor: number | null): string => (minor === null ? 'none' : (minor / 100).toFixed(2))

/** The report as people read it, one string with line ends. */
export function reportText(report: ImportReport): string {
  const lines = [`Catalogue of ${report.sourceDate} (${report.source})`]
  for (const file of report.files) lines.push(`${count(file.lines)} lines in ${file.name}, ${file.encoding}`)
  lines.push('', `${count(report.read)} presentations read`)
  const onArrival =
    report.addedWithdrawn > 0 ? `, ${report.addedWithdrawn} of them withdrawn in the list itself` : ''
  lines.push(`${count(report.added)} added${onArrival}`)
  const fields = Object.entries(report.fieldsChanged).map(([field, number]) => `${field} ${number}`)
  lines.push(`${count(report.changed)} changed`)
  lines.push(`${count(report.withdrawn)} withdrawn (kept, since old sales name them)`)
  lines.push(`${count(report.unchanged)} unchanged`)
  if (fields.length > 0) lines.push(`          fields that changed: ${fields.join(', ')}`)
  lines.push(`${count(report.priceChanges)} price changes`)
  for (const { cip13, name, from, to } of report.priceChangeExamples) {
    lines.push(`          ${cip13}  ${euros(from)} → ${euros(to)} EUR  ${name}`)
  }
  if (report.pricesHeld > 0) lines.push(`${count(report.pricesHeld)} prices left as head office set them`)
  lines.push(`${count(report.skipped.reduce((sum, group) => sum + group.count, 0))} skipped`)
  for (const group of report.skipped) {
    lines.push(`${count(group.count)}   ${SKIPPED[group.reason]}`)
    for (const { line, cip13 } of group.examples) lines.push(`            ${cip13}, line ${line}`)
  }
  const wrote =
    report.transactions === 0
      ? 'Nothing to write.'
      : `Written in ${report.transactions} transactions; nothing is left to do.`
  return [...lines, '', wrote].join('\n')
}
