import { Button } from '../../../ui-kit/components/button.tsx'

/** Shows what is over as well: those who left, tills that were revoked. */
export function ShowMore({ label, onShow }: { label: string; onShow(): void }) {
  return (
    <Button kind="quiet" takesFocus className="-ml-4 text-dense" onPress={onShow}>
      {label}
    </Button>
  )
}
