import { useState } from 'react'
import { applyLocale, LOCALE_NAMES, LOCALES, type Locale } from '../../../ui-kit/i18n/locale.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { applyTheme, keptTheme, THEMES, type Theme } from '../../../ui-kit/theme.ts'
import { consoleWords } from '../words.ts'

function Select<Value extends string>(props: {
  label: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange(value: Value): void
}) {
  return (
    <select
      aria-label={props.label}
      value={props.value}
      onChange={(event) => props.onChange(event.target.value as Value)}
      className="h-8 rounded-control bg-control px-2 text-dense text-text hover:bg-control-hover"
    >
      {props.options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}

/** Language and appearance of this workstation; kept for the next time. */
export function Preferences() {
  const t = useWords(consoleWords)
  const locale = useLocale()
  const [theme, setTheme] = useState<Theme>(() => keptTheme(localStorage))
  return (
    <div className="flex gap-2">
      <Select
        label={t('language')}
        value={locale}
        options={LOCALES.map((value: Locale) => ({ value, label: LOCALE_NAMES[value] }))}
        onChange={(value) => applyLocale(document.documentElement, localStorage, value)}
      />
      <Select
        label={t('theme')}
        value={theme}
        options={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
        onChange={(value) => {
          applyTheme(document.documentElement, localStorage, value)
          setTheme(value)
        }}
      />
    </div>
  )
}
