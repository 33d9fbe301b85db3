import { Button } from '../../../ui-kit/components/button.tsx'
import { useActions } from '../store/till-context.ts'

/** The foot of a panel that only tells: Enter puts it away. */
export function DoneButton({ children }: { children: string }) {
  const actions = useActions()
  return (
    <Button
      kind="next"
      size="large"
      keyCap="Enter"
      onPress={actions.stepBack}
      className="w-full justify-center"
    >
      {children}
    </Button>
  )
}
