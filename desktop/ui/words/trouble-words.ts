import { roleSchema } from '../../../domain/permissions.ts'
import { wordRefusal } from '../../../domain/refusals.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { Reason, Trouble } from '../store/till-store.ts'
import { pricingWords } from './pricing-words.ts'
import { sellingWords } from './selling-words.ts'
import { tillWords } from './till-words.ts'

/** Words a reason or a trouble in the current language: what happened, and what to do next. */
export function useTroubleWords() {
  const t = useWords(tillWords)
  const s = useWords(sellingWords)
  const p = useWords(pricingWords)
  const locale = useLocale()
  const roleNames = (roles: readonly string[]) =>
    roles
      .map((name) => roleSchema.safeParse(name))
      .map((role) => (role.success ? t(`role.${role.data}`) : ''))
      .filter(Boolean)
      .join(', ')
  const sayReason = (reason: Reason): string =>
    reason.roles ? t('reason.onlyRoles', { roles: roleNames(reason.roles) }) : t(reason.word as 'command.pay')
  return {
    reason: (reason: Reason | null | undefined): string | undefined =>
      reason ? sayReason(reason) : undefined,
    trouble: (trouble: Trouble): { text: string; remedy: string } => {
      if ('reason' in trouble) return { text: sayReason(trouble.reason), remedy: '' }
      if ('own' in trouble) {
        if (trouble.own === 'count.scan') return { text: t('count.scan'), remedy: t('count.scanRemedy') }
        if (trouble.own === 'pay.code') return { text: t('pay.code'), remedy: t('pay.codeRemedy') }
        if (trouble.own === 'refund.reason') return { text: s('refund.reasonFirst'), remedy: '' }
        if (trouble.own !== 'connection.lostText') return { text: p(trouble.own), remedy: '' }
        return { text: t('connection.lostText'), remedy: t('connection.lostRemedy') }
      }
      const { refused, details } = trouble.refusal
      const roles = details?.roles
      return wordRefusal(
        roles === undefined
          ? trouble.refusal
          : { refused, details: { ...details, roles: roleNames(String(roles).split(', ')) } },
        locale,
      )
    },
  }
}
