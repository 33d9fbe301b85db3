import { StatusWord, type Tone } from '../../../ui-kit/components/status-word.tsx'

/** Parts of a status, the first two always shown, those after them where there is room. The whole is its title. */
export function Parts({ tone, parts }: { tone: Tone; parts: readonly [string, ...string[]] }) {
  const [first, ...others] = parts
  return (
    <StatusWord tone={tone}>
      <span title={parts.join(' · ')}>
        {first}
        {others.map((part, i) => (
          <span key={part} className={i === 0 ? '' : i === 1 ? 'max-[80rem]:hidden' : 'max-[90rem]:hidden'}>
            {' · '}
            {part}
          </span>
        ))}
      </span>
    </StatusWord>
  )
}
