import { useState } from 'react'
import { z } from 'zod'
import type { BusinessDate } from '../../../domain/business-date.ts'
import type { Currency } from '../../../domain/money.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { type Column, DataTable } from '../../../ui-kit/components/data-table.tsx'
import { Amount } from '../../../ui-kit/components/figures.tsx'
import { StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { formatDate } from '../../../ui-kit/formats/instant.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { customerWords } from '../customer-words.ts'
import { pricingWords } from '../pricing-words.ts'
import { Section } from '../views/section.tsx'
import { useDeciding, useVouchers, type Voucher } from './customer-data.ts'
import { FindLine } from './find-line.tsx'
import { Movements } from './movements.tsx'
import { VoucherForm } from './voucher-form.tsx'

/** In fours, as it is read out. */
const readable = (code: string) => (/^\d{16}$/.test(code) ? code.replace(/(\d{4})(?=\d)/g, '$1 ') : code)

type State = 'active' | 'blocked' | 'spent' | 'expired'
const TONES = { active: 'good', blocked: 'warn', spent: 'quiet', expired: 'quiet' } as const

const stateOf = ({ active, worth, expiresOn }: Voucher, today: BusinessDate): State =>
  !active ? 'blocked' : worth <= 0 ? 'spent' : expiresOn !== null && expiresOn < today ? 'expired' : 'active'

function useColumns(options: {
  currency: Currency
  today: BusinessDate
  mayIssue: boolean
  onMoves(voucher: Voucher): void
  onBlock(voucher: Voucher): void
}): Column<Voucher>[] {
  const w = useWords(customerWords)
  const locale = useLocale()
  const { currency, today } = options
  return [
    {
      id: 'code',
      header: w('code'),
      cell: ({ code }) => <span className="figure font-semibold">{readable(code)}</span>,
    },
    {
      id: 'state',
      header: w('state'),
      cell: (voucher) => {
        const state = stateOf(voucher, today)
        return <StatusWord tone={TONES[state]}>{w(`state.${state}`)}</StatusWord>
      },
    },
    {
      id: 'expires',
      header: w('expires'),
      cell: ({ expiresOn }) =>
        expiresOn === null ? w('never') : `${formatDate(expiresOn, locale)} ${expiresOn.slice(0, 4)}`,
    },
    {
      id: 'worth',
      header: w('worth', { currency }),
      numeric: true,
      cell: ({ worth }) => <Amount amount={worth} currency={currency} />,
    },
    {
      id: 'do',
      header: <span className="sr-only">{w('moves')}</span>,
      numeric: true,
      cell: (voucher) => (
        <span className="flex justify-end gap-1">
          <Button
            kind="quiet"
            takesFocus
            className="text-dense"
            aria-label={w('moves.of', { code: voucher.code })}
            onPress={() => options.onMoves(voucher)}
          >
            {w('moves')}
          </Button>
          {options.mayIssue && (
            <Button
              kind="quiet"
              takesFocus
              className="text-dense"
              aria-label={w(voucher.active ? 'block.of' : 'unblock.of', { code: voucher.code })}
              onPress={() => options.onBlock(voucher)}
            >
              {w(voucher.active ? 'block' : 'unblock')}
            </Button>
          )}
        </span>
      ),
    },
  ]
}

/** What customers may pay with: issued, looked up, blocked. */
export function Vouchers(props: { branches: readonly BranchRow[]; today: BusinessDate; mayIssue: boolean }) {
  const w = useWords(customerWords)
  const p = useWords(pricingWords)
  const { branches, today, mayIssue } = props
  const { found, find } = useVouchers()
  const { decide } = useDeciding()
  const [issuing, setIssuing] = useState(false)
  const [moves, setMoves] = useState<string | null>(null)
  const [told, setTold] = useState('')
  const currency = (branches[0]?.currency ?? 'EUR') as Currency
  const block = async ({ code, active, expiresOn }: Voucher) => {
    const body = { code, active: !active, expiresOn }
    const decided = await decide('/v1/vouchers/change', z.object({}), { body })
    const done = w(active ? 'blocked' : 'unblocked', { code: readable(code) })
    setTold('answer' in decided ? done : decided.told)
    find()
  }
  const columns = useColumns({
    currency,
    today,
    mayIssue,
    onMoves: ({ code }) => setMoves((open) => (open === code ? null : code)),
    onBlock: (voucher) => void block(voucher),
  })
  const add = mayIssue && !issuing && (
    <Button takesFocus onPress={() => setIssuing(true)}>
      {w('vouchers.new')}
    </Button>
  )
  return (
    <Section title={w('vouchers')} aside={add}>
      <p role="status" className="pb-2 text-floor empty:hidden">
        {told}
      </p>
      {issuing && (
        <VoucherForm
          branches={branches}
          currency={currency}
          onClose={() => setIssuing(false)}
          onIssued={(code) => {
            setIssuing(false)
            setTold(w('issued', { code: readable(code) }))
            find('')
          }}
        />
      )}
      {moves !== null && (
        <Movements
          key={moves}
          code={moves}
          branches={branches}
          currency={currency}
          onClose={() => setMoves(null)}
        />
      )}
      <FindLine label={w('vouchers.find')} button={w('search')} onFind={find} />
      {found === 'unread' && <p className="border-t border-hairline py-2 text-second">{p('unread')}</p>}
      {found && found !== 'unread' && (
        <DataTable
          className="text-dense"
          caption={w('vouchers')}
          columns={columns}
          rows={found.vouchers}
          rowKey={({ code }) => code}
          empty={w('vouchers.none')}
        />
      )}
    </Section>
  )
}
