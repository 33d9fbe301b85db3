import type { FocusPort } from './scope-keys.ts'

/** Where typing goes in this state of the screen: the search line, or the one field of a panel. */
export const REST_FOCUS = { 'data-rest-focus': '' } as const

/** A line of a form that Enter and the arrows step through. */
export const FORM_LINE = { 'data-form-line': '' } as const

/** Puts the focus where typing goes. */
export function restFocus(): void {
  const rest = document.querySelector<HTMLInputElement>('[data-rest-focus]')
  if (rest && document.activeElement !== rest) rest.focus({ preventScroll: true })
}

const typingField = (): HTMLInputElement | null => {
  const active = document.activeElement
  if (active instanceof HTMLInputElement) return active
  restFocus()
  return document.activeElement instanceof HTMLInputElement ? document.activeElement : null
}

const changed = (field: HTMLInputElement, inputType: string, data: string | null) =>
  field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType, data }))

/** Types a character where typing goes, over what is selected there, as the browser would have. */
export function typeText(char: string): void {
  const field = typingField()
  if (!field) return
  field.setRangeText(char, field.selectionStart ?? 0, field.selectionEnd ?? 0, 'end')
  changed(field, 'insertText', char)
}

/** Takes the last character away, as Backspace does; `all` empties the field. */
export function deleteText(all = false): void {
  const field = typingField()
  if (!field) return
  const end = field.selectionEnd ?? field.value.length
  const start = all ? 0 : Math.max(0, Math.min(field.selectionStart ?? end, end - 1))
  field.setRangeText('', start, all ? field.value.length : end, 'end')
  changed(field, 'deleteContentBackward', null)
}

/** Leaves the reason that a key has filled in, so that a PIN typed next is not read by everybody. */
export function leaveReason(): void {
  const pin = document.querySelector<HTMLInputElement>('input[type="password"]')
  if (pin) pin.focus()
  else restFocus()
}

/** The document's focus, as the key map asks for it. */
export const documentFocus: FocusPort = {
  leaveReason,
  onControl: () => document.activeElement?.matches('button, [role="radio"], [role="option"]') ?? false,
  step: (by) => {
    const lines = [...document.querySelectorAll<HTMLElement>('[data-form-line]')]
    const next = lines[lines.indexOf(document.activeElement as HTMLElement) + by]
    if (!next) return false
    next.focus()
    if (next instanceof HTMLInputElement) next.select()
    next.scrollIntoView({ block: 'nearest' })
    return true
  },
}
