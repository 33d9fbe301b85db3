import { KeyBar } from '../../../ui-kit/components/key-bar.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { COMMANDS } from '../keys/key-map.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { scopeOf } from '../store/till-store.ts'
import { tillWords } from '../words/till-words.ts'
import { useTroubleWords } from '../words/trouble-words.ts'

/** The commands of this state of the screen, on their keys. Pay is the next action while the basket has lines. */
export function TillKeyBar() {
  const t = useWords(tillWords)
  const say = useTroubleWords()
  const actions = useActions()
  const scope = useTill(scopeOf)
  // A string, so that the bar is drawn only when a reason changes and not on each line.
  const reasons = useTill((state) =>
    JSON.stringify(COMMANDS.map((command) => command.reason?.(state) ?? null)),
  )
  const why = JSON.parse(reasons) as ReturnType<NonNullable<(typeof COMMANDS)[number]['reason']>>[]
  return (
    <KeyBar
      items={COMMANDS.flatMap((command, i) =>
        command.scopes.includes(scope)
          ? [
              {
                id: command.id,
                keyCap: command.cap,
                label: t(command.word as 'command.pay'),
                onPress: () => command.run(actions),
                next: command.id === 'pay' && scope !== 'pay' && !why[i],
                end: command.id === 'pay' || command.id === 'card',
                spare: command.id === 'undo' || command.id === 'forecast',
                disabledReason: say.reason(why[i]),
                onRefused: () => why[i] && actions.refuse(why[i]),
              },
            ]
          : [],
      )}
    />
  )
}
