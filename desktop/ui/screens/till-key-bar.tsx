import { KeyBar } from '../../../ui-kit/components/key-bar.tsx'
import { formatAmount } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { COMMANDS } from '../keys/key-map.ts'
import { typedOf } from '../store/payment.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { type Scope, scopeOf } from '../store/till-store.ts'
import { tillWords } from '../words/till-words.ts'
import { useTroubleWords } from '../words/trouble-words.ts'

/** What can be touched elsewhere on the screen, and where it is left out. */
const SPARE: Readonly<Record<string, 'narrow' | 'usual'>> = {
  search: 'narrow',
  customer: 'narrow',
  discount: 'usual',
  forecast: 'usual',
  generics: 'usual',
  price: 'usual',
  tenders: 'usual',
  undo: 'usual',
}

/** Where nothing else is the next action. */
const PAY_NEXT: readonly Scope[] = ['selling', 'searching', 'forecast', 'keys']

/** The commands of this state of the screen, on their keys. Pay is the next action while the basket has lines. */
export function TillKeyBar() {
  const t = useWords(tillWords)
  const locale = useLocale()
  const say = useTroubleWords()
  const actions = useActions()
  const scope = useTill(scopeOf)
  // A string, so that the bar is drawn only when a reason changes and not on each line.
  const reasons = useTill((state) =>
    JSON.stringify(COMMANDS.map((command) => command.reason?.(state) ?? null)),
  )
  const labels = useTill((state) =>
    JSON.stringify(COMMANDS.map((command) => command.wordNow?.(state) ?? { word: command.word })),
  )
  const typed = useTill(typedOf)
  const says = JSON.parse(labels) as { word: 'command.pay'; count?: number }[]
  const why = JSON.parse(reasons) as ReturnType<NonNullable<(typeof COMMANDS)[number]['reason']>>[]
  return (
    <KeyBar
      items={COMMANDS.flatMap((command, i) =>
        command.scopes.includes(scope)
          ? [
              {
                id: command.id,
                keyCap: command.cap,
                label: [
                  t(says[i]?.word ?? 'command.pay'),
                  says[i]?.count,
                  // What F9 is about to take, before it is pressed.
                  command.id === 'card' && typed !== null && formatAmount(typed, locale),
                ]
                  .filter(Boolean)
                  .join(' '),
                onPress: () => command.run(actions),
                next: command.id === 'pay' && PAY_NEXT.includes(scope) && !why[i],
                end: command.id === 'pay' || command.id === 'card',
                spare: SPARE[command.id],
                disabledReason: say.reason(why[i]),
                onRefused: () => why[i] && actions.refuse(why[i]),
              },
            ]
          : [],
      )}
    />
  )
}
