import type { ReactNode } from 'react'
import { Button } from '../../../ui-kit/components/button.tsx'

interface EnterButtonProps {
  onPress(): void
  busy?: boolean
  /** It has its foot to itself: across it, its words in the middle. */
  alone?: boolean
  children: ReactNode
}

/** What Enter does in a panel. */
export function EnterButton({ onPress, busy = false, alone = false, children }: EnterButtonProps) {
  return (
    <Button
      kind="next"
      size="large"
      keyCap="Enter"
      busy={busy}
      onPress={onPress}
      className={alone ? 'w-full justify-center' : 'justify-between'}
    >
      {children}
    </Button>
  )
}
