import type { BranchRow } from '../../../migrations/schema.ts'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { teamWords } from '../team-words.ts'
import { consoleWords } from '../words.ts'
import { type Person, type PersonDecision, useDecisions } from './team-data.ts'

/** What a decision changed, in words. */
function useChangeWords(branches: readonly BranchRow[]) {
  const w = useWords(teamWords)
  const t = useWords(consoleWords)
  const branchName = (id: string | null) => branches.find((each) => each.id === id)?.name ?? w('office')
  return ({ content: { changes, pin, login } }: PersonDecision): string => {
    const { name, role, branchId, active } = changes
    const [nameBefore, roleBefore, activeBefore] = [name?.[0], role?.[0], active?.[0]]
    return [
      activeBefore === null && w('history.added'),
      active && activeBefore !== null && w(active[1] ? 'history.back' : 'history.left'),
      name && nameBefore && w('history.name', { from: nameBefore, to: name[1] }),
      role && roleBefore && w('history.role', { from: t(`role.${roleBefore}`), to: t(`role.${role[1]}`) }),
      branchId &&
        activeBefore !== null &&
        w('history.branch', { from: branchName(branchId[0]), to: branchName(branchId[1]) }),
      pin === 'set' && w('history.pinSet'),
      pin === 'removed' && w('history.pinRemoved'),
      login === 'set' && w('history.loginSet'),
      login === 'removed' && w('history.loginRemoved'),
    ]
      .filter(Boolean)
      .join(', ')
  }
}

/** Who changed what about a person, the newest first. */
export function History({ person, branches }: { person: Person; branches: readonly BranchRow[] }) {
  const w = useWords(teamWords)
  const locale = useLocale()
  const { value } = useDecisions(person.id)
  const say = useChangeWords(branches)
  if (typeof value !== 'object' || value.decisions.length === 0) return null
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <div className="flex flex-col gap-1 border-t border-hairline pt-3 text-dense">
      <h4 className="text-second">{w('history')}</h4>
      <ul className="max-h-40 overflow-y-auto">
        {value.decisions.map((decision) => (
          <li key={decision.at} className="flex flex-wrap gap-x-3">
            <span className="text-second">{formatInstant(decision.at, locale, zone, 'moment')}</span>
            <span>{say(decision)}</span>
            <span className="text-second">{decision.by}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
