import { type ReactNode, useState } from 'react'
import { Choice } from '../../../ui-kit/components/choice.tsx'
import { KeyCap } from '../../../ui-kit/components/key-cap.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { applyLocale, LOCALE_NAMES, LOCALES } from '../../../ui-kit/i18n/locale.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { applyScale, applyTheme, keptScale, keptTheme, SCALES, THEMES } from '../../../ui-kit/theme.ts'
import { COMMANDS } from '../keys/key-map.ts'
import { useTill } from '../store/till-context.ts'
import { TrainingButtons } from '../training/training-buttons.tsx'
import { parkingWords } from '../words/parking-words.ts'
import { tillWords } from '../words/till-words.ts'
import { CloseButton } from './close-button.tsx'

/** The keys that act on lines, results and amounts, and have no button on the bar. */
const MORE_KEYS = [
  ['Enter', 'keys.add'],
  ['n *', 'keys.times'],
  ['+ −', 'keys.more'],
  ['Del', 'keys.remove'],
  ['Ctrl Del', 'keys.void'],
  ['Ctrl P', 'keys.copy'],
  ['Ctrl D', 'keys.pin'],
  ['↑ ↓', 'keys.move'],
  ['A–D', 'keys.note'],
  ['Esc', 'keys.esc'],
] as const

/** The same, of open sales. */
const PARKING_KEYS = [
  ['Ctrl B', 'tabs.next'],
  ['Ctrl E', 'note.key'],
] as const

const placeOf = (cap: string): number => (/^F\d+$/.test(cap) ? Number(cap.slice(1)) : 100)

/** As on the keyboard; on the bar they stand as they are used. */
const IN_ORDER = COMMANDS.toSorted((a, b) => placeOf(a.cap) - placeOf(b.cap))

/** Every key, and how this workstation looks. */
export function KeysPanel() {
  const t = useWords(tillWords)
  const p = useWords(parkingWords)
  const mayChoose = useTill((state) => state.operator !== null)
  return (
    <Panel title={t('keys.title')} aside={<CloseButton />}>
      <ul className="text-body">
        {[...IN_ORDER.map((command) => [command.cap, command.word] as const), ...MORE_KEYS].map(
          ([cap, word]) => (
            <KeyLine key={word} cap={cap}>
              {t(word as 'command.pay')}
            </KeyLine>
          ),
        )}
        {PARKING_KEYS.map(([cap, word]) => (
          <KeyLine key={word} cap={cap}>
            {p(word)}
          </KeyLine>
        ))}
      </ul>
      {mayChoose && <TrainingButtons />}
      {mayChoose && <Look />}
    </Panel>
  )
}

function KeyLine({ cap, children }: { cap: string; children: ReactNode }) {
  return (
    <li className="flex min-h-7 items-center gap-3 [@media(min-height:53rem)]:min-h-9">
      <span className="flex w-20 shrink-0">
        <KeyCap name={cap} />
      </span>
      {children}
    </li>
  )
}

function Look() {
  const t = useWords(tillWords)
  const locale = useLocale()
  const [theme, setTheme] = useState(() => keptTheme(localStorage))
  const [scale, setScale] = useState(() => keptScale(localStorage, window.innerWidth))
  const root = document.documentElement
  return (
    <section aria-label={t('keys.look')} className="flex flex-col gap-2 pt-3">
      <Setting label={t('keys.language')}>
        <Choice
          label={t('keys.language')}
          value={locale}
          options={LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] }))}
          onChange={(value) => applyLocale(root, localStorage, value)}
        />
      </Setting>
      <Setting label={t('keys.theme')}>
        <Choice
          label={t('keys.theme')}
          value={theme}
          options={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
          onChange={(value) => {
            applyTheme(root, localStorage, value)
            setTheme(value)
          }}
        />
      </Setting>
      <Setting label={t('keys.scale')}>
        <Choice
          label={t('keys.scale')}
          value={String(scale)}
          options={SCALES.map((value) => ({ value: String(value), label: `${value}` }))}
          onChange={(value) => {
            const chosen = SCALES.find((each) => String(each) === value) ?? 100
            applyScale(root, localStorage, chosen)
            setScale(chosen)
          }}
        />
      </Setting>
    </section>
  )
}

/** A choice beside its name. */
function Setting({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[5rem_minmax(0,1fr)] items-center gap-3">
      <span aria-hidden="true" className="truncate text-floor text-second">
        {label}
      </span>
      {children}
    </div>
  )
}
