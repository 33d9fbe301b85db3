import { type ReactNode, useState } from 'react'
import { Choice } from '../../../ui-kit/components/choice.tsx'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { KeyCap } from '../../../ui-kit/components/key-cap.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { applyLocale, LOCALE_NAMES, LOCALES } from '../../../ui-kit/i18n/locale.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { applyScale, applyTheme, keptScale, keptTheme, SCALES, THEMES } from '../../../ui-kit/theme.ts'
import { COMMANDS, type TillCommand } from '../keys/key-map.ts'
import type { Actions } from '../store/actions.ts'
import { useActions, useTill } from '../store/till-context.ts'
import type { Reason } from '../store/till-store.ts'
import { TrainingButtons } from '../training/training-buttons.tsx'
import { parkingWords } from '../words/parking-words.ts'
import { tillWords } from '../words/till-words.ts'
import { CloseButton } from './close-button.tsx'

/** A key, its word, and what it does at once where a finger may do it too. */
type Row = readonly [cap: string, word: string, run?: (actions: Actions) => void]

/** The keys that act on lines, results and amounts, and have no button on the bar. */
const MORE_KEYS = [
  ['Enter', 'keys.add'],
  ['n *', 'keys.times'],
  ['+ −', 'keys.more'],
  ['Del', 'keys.remove', (actions) => void actions.remove()],
  ['Ctrl Del', 'keys.void', (actions) => void actions.voidBasket()],
  ['Ctrl P', 'keys.copy', (actions) => void actions.printCopy()],
  ['Ctrl D', 'keys.pin', (actions) => void actions.pin()],
  ['↑ ↓', 'keys.move'],
  ['A–D', 'keys.note'],
  ['Esc', 'keys.esc'],
] as const satisfies readonly Row[]

/** The same, of open sales. */
const PARKING_KEYS = [
  ['Ctrl B', 'tabs.next', (actions) => void actions.nextBasket()],
  ['Ctrl E', 'note.key', (actions) => actions.openNote()],
] as const satisfies readonly Row[]

const placeOf = (cap: string): number => (/^F\d+$/.test(cap) ? Number(cap.slice(1)) : 100)

/** As on the keyboard; on the bar they stand as they are used. */
const IN_ORDER = COMMANDS.toSorted((a, b) => placeOf(a.cap) - placeOf(b.cap))

/** Every key, and how this workstation looks. */
export function KeysPanel() {
  const t = useWords(tillWords)
  const p = useWords(parkingWords)
  const actions = useActions()
  const mayChoose = useTill((state) => state.operator !== null)
  return (
    <Panel title={t('keys.title')} aside={<CloseButton />}>
      <ul className="text-body">
        {IN_ORDER.map((command) => (
          <CommandLine key={command.id} command={command} />
        ))}
        {MORE_KEYS.map(([cap, word, run]: Row) => (
          <KeyLine key={word} cap={cap} run={run && (() => run(actions))}>
            {t(word as 'command.pay')}
          </KeyLine>
        ))}
        {PARKING_KEYS.map(([cap, word, run]) => (
          <KeyLine key={word} cap={cap} run={() => run(actions)}>
            {p(word)}
          </KeyLine>
        ))}
      </ul>
      {mayChoose && <TrainingButtons />}
      {mayChoose && <Look />}
    </Panel>
  )
}

function CommandLine({ command }: { command: TillCommand }) {
  const t = useWords(tillWords)
  const actions = useActions()
  const why = useTill((state) => JSON.stringify(command.reason?.(state) ?? null))
  const reason = JSON.parse(why) as Reason | null
  return (
    <KeyLine cap={command.cap} run={() => (reason ? actions.refuse(reason) : command.run(actions))}>
      {t(command.word as 'command.pay')}
    </KeyLine>
  )
}

const LINE =
  'flex min-h-7 w-full items-center gap-3 text-left [@media(min-height:53rem)]:min-h-9 [@media(pointer:coarse)]:min-h-11'

/** A line of the list: pressed, it does what its key does on the selling screen. */
function KeyLine({
  cap,
  run,
  children,
}: {
  cap: string
  run?: (() => void) | undefined
  children: ReactNode
}) {
  const actions = useActions()
  const said = (
    <>
      <span className="flex w-24 shrink-0">
        <KeyCap name={cap} />
      </span>
      {children}
    </>
  )
  if (!run) return <li className={LINE}>{said}</li>
  return (
    <li>
      <button
        type="button"
        aria-keyshortcuts={cap}
        onPointerDown={(event) => event.preventDefault()}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => {
          actions.openPanel('rest')
          run()
        }}
        className={classNames(LINE, 'rounded-control hover:bg-control-hover active:bg-control-pressed')}
      >
        {said}
      </button>
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
