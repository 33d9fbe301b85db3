import { useActions } from '../store/till-context.ts'
import { EnterButton } from './enter-button.tsx'

/** The foot of a panel that only tells: Enter puts it away. */
export function DoneButton({ children }: { children: string }) {
  const actions = useActions()
  return (
    <EnterButton alone onPress={actions.stepBack}>
      {children}
    </EnterButton>
  )
}
