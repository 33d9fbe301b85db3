import { isRefusal } from '../../../domain/refusals.ts'
import { createTell, typedAmount } from './money-actions.ts'
import { LOST, type Tools } from './tools.ts'

const LIMIT = 20

/** Finding the customer a basket is for. */
export function customerActions(tools: Tools) {
  const { get, set, play, call, failed, settle } = tools

  async function findCustomers(text: string) {
    set({ customers: { ...get().customers, text }, trouble: null })
    const answer = await call('customer.search', { text, limit: LIMIT })
    if (get().customers.text !== text || failed(answer)) return
    set({ customers: { text, found: answer, marked: 0 } })
  }

  function openCustomer() {
    set({ panel: 'customer', trouble: null, entry: '', found: null })
    void findCustomers('')
  }

  const markCustomer = (marked: number) => set({ customers: { ...get().customers, marked } })

  function moveCustomer(by: 1 | -1) {
    const { found, marked } = get().customers
    if (found) markCustomer(Math.min(found.length - 1, Math.max(0, marked + by)))
  }

  /** Makes the basket a customer's, or anybody's again. */
  async function attachCustomer(customerId: string | null) {
    const asked = get()
    if (failed(await call('customer.attach', { customerId }))) return play('bad')
    play('good')
    settle(asked, { panel: 'rest' })
  }

  function chooseCustomer() {
    const { found, marked } = get().customers
    const customer = found?.[marked]
    return customer ? attachCustomer(customer.customerId) : play('bad')
  }

  return { findCustomers, openCustomer, markCustomer, moveCustomer, attachCustomer, chooseCustomer }
}

/** A voucher that was scanned is the customer's again. */
export const createPutVoucherAway =
  ({ get, call }: Tools) =>
  () => {
    if (get().payment.offered !== null) void call('payment.put-away', {})
  }

/** Vouchers and accounts; the amount is the one typed in Pay, or all that is due. */
export function otherTenderActions(tools: Tools) {
  const { get, set, call, once } = tools
  const tell = createTell(tools)

  /** Opens the panel with the amount that was typed in Pay; in it, takes the account. */
  function openOthers() {
    if (get().panel === 'tenders') return void payAccount()
    const given = get().panel === 'pay' ? get().given : ''
    const voucherCode = get().payment.offered ?? ''
    set({ panel: 'tenders', given, voucherCode, tenderPin: null, trouble: null, entry: '', found: null })
  }

  const asking = () => {
    const amount = typedAmount(tools)
    const { revision } = get().basket
    return amount === undefined ? null : { revision, ...(amount !== null && { amount }) }
  }

  /** What is due still is paid in the panel of cash. */
  const back = (asked: ReturnType<typeof get>, answer: unknown) => {
    tell(asked, answer)
    if (answer === null) tools.settle(asked, { panel: 'pay' })
  }

  const payVoucher = () =>
    once('pay', async () => {
      const asked = get()
      const taking = asking()
      const code = asked.voucherCode.trim()
      if (taking && code !== '') back(asked, await call('payment.voucher', { ...taking, code }))
    })

  const payAccount = () =>
    once('pay', async () => {
      const asked = get()
      const taking = asking()
      if (!taking) return
      const pin = asked.tenderPin ? { pin: asked.tenderPin } : {}
      const answer = await call('payment.account', { ...taking, ...pin })
      back(asked, answer)
      const over = answer !== LOST && isRefusal(answer) && answer.refused === 'account-over-limit'
      if (over || asked.tenderPin !== null) set({ tenderPin: '' })
    })

  /** Enter: the PIN that was asked for, or the voucher. */
  const takeOther = () => (get().tenderPin === null ? payVoucher() : payAccount())

  return {
    openOthers,
    takeOther,
    payAccount,
    setVoucherCode: (voucherCode: string) => set({ voucherCode, trouble: null }),
    setTenderPin: (pin: string) => set({ tenderPin: pin.replace(/\D/g, '').slice(0, 8), trouble: null }),
  }
}
