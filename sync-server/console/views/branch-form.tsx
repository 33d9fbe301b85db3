import type { ReactNode } from 'react'
import { Button } from '../../../ui-kit/components/button.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { settingsWords } from '../settings-words.ts'
import { EnterSaves } from './field.tsx'

/** What is set of one branch: its fields in a row, and one key that saves them. */
export function BranchForm(props: {
  /** What it is called, apart from the branch's other forms. */
  label: string
  branchName: string
  children: ReactNode
  /** What came of saving. */
  told: string
  onSave(): Promise<void>
}) {
  const s = useWords(settingsWords)
  return (
    <form
      aria-label={props.label}
      className="flex flex-wrap items-end gap-3 border-t border-hairline py-2"
      onSubmit={(event) => {
        event.preventDefault()
        void props.onSave()
      }}
    >
      <p className="basis-full font-semibold">{props.branchName}</p>
      {props.children}
      <Button takesFocus onPress={() => void props.onSave()}>
        {s('save')}
      </Button>
      <EnterSaves />
      <p role="status" className="basis-full text-dense text-second empty:hidden">
        {props.told}
      </p>
    </form>
  )
}
