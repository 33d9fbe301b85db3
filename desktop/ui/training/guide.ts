import type { WordKey } from '../../../ui-kit/i18n/words.ts'
import { scopeOf, type TillState } from '../store/till-store.ts'
import type { trainingEn } from '../words/training-words.ts'

type Step = Extract<WordKey<typeof trainingEn>, `guide.${string}`>

/**
 * What somebody who has never sold here does next: told by where the screen stands, so that whatever they do instead,
 * the guide follows.
 */
export function guideStep(state: TillState): Step {
  switch (scopeOf(state)) {
    case 'locked':
      return 'guide.unlock'
    case 'opening':
      return 'guide.open'
    case 'searching':
      return 'guide.choose'
    case 'pay':
      return 'guide.cash'
    case 'selling':
      if (state.basket.lines.length > 0) return 'guide.pay'
      return state.lastSale ? 'guide.done' : 'guide.scan'
    default:
      return 'guide.back'
  }
}
