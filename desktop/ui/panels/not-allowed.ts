import type { Permission } from '../../../domain/permissions.ts'
import { notAllowed } from '../keys/scope-keys.ts'
import { useTill } from '../store/till-context.ts'
import { useTroubleWords } from '../words/trouble-words.ts'

/** Why who is at the till may not do something, in words; null when they may. */
export function useNotAllowed(permission: Permission) {
  const say = useTroubleWords()
  // As text: a new object each time would draw the panel again each time.
  const why = useTill((state) => JSON.stringify(notAllowed(state, permission)))
  return say.reason(JSON.parse(why) as ReturnType<typeof notAllowed>)
}
