import { useState } from 'react'
import { Button } from '../../../ui-kit/components/button.tsx'
import { Field } from '../views/field.tsx'

/** One line to look something up by. */
export function FindLine(props: { label: string; button: string; onFind(text: string): void }) {
  const [text, setText] = useState('')
  return (
    <form
      className="flex flex-wrap items-end gap-3 pb-2"
      onSubmit={(event) => {
        event.preventDefault()
        props.onFind(text)
      }}
    >
      <Field label={props.label} value={text} onChange={setText} />
      <Button takesFocus onPress={() => props.onFind(text)}>
        {props.button}
      </Button>
    </form>
  )
}
