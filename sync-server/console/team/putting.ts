import type { PersonInput } from '../../../domain/people/person.ts'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useDeciding } from '../customers/customer-data.ts'
import { teamWords } from '../team-words.ts'
import { decidedSchema, type Person } from './team-data.ts'

/** Saves a person as the server knows them, and takes such a change back. */
export function usePutting() {
  const w = useWords(teamWords)
  const { busy, decide } = useDeciding()
  const put = (existing: Pick<Person, 'id' | 'version'> | null, wanted: PersonInput) =>
    existing
      ? decide(`/v1/people/${existing.id}`, decidedSchema, {
          body: wanted,
          method: 'PUT',
          version: existing.version,
        })
      : decide('/v1/people', decidedSchema, { body: wanted })
  /** The way back to who they were before. @param version what the change has brought */
  const undoOf = (before: Person, version: number, say: (told: string) => void, reload: () => void) => () => {
    const { id, name, role, branchId, active } = before
    void put({ id, version }, { name, role, branchId, active, pin: null }).then((decided) => {
      say('answer' in decided ? w('taken', { name }) : decided.told)
      reload()
    })
  }
  return { busy, put, undoOf }
}
