import { stoodOvernight } from '../../domain/cash-session/rules.ts'
import { displayViewOf } from './bridge-server/display.ts'
import type { LiveSources } from './bridge-server/live.ts'
import { continuedView, readContinued } from './journal/history.ts'
import type { Surroundings, Till } from './till.ts'

/** What the customer display shows, read from the till as it is. */
export const displaySourceOf = (till: Till) => () =>
  displayViewOf(till.context.place(), till.context.locale, till.basket.view(), till.lastSale.view())

/** The live views of the bridge, read from the till as it is. */
export function liveSourcesOf(till: Till, around: Surroundings): LiveSources {
  const { context, sessions } = till
  const isOvernight = ({ businessDate }: { businessDate: string }) =>
    stoodOvernight(businessDate, context.now(), context.place().timeZone)
  return {
    till: () => {
      const { branchName, registerName, registerNumber, deviceName, currency, timeZone } = context.place()
      return {
        branchName,
        registerName,
        registerNumber,
        deviceName,
        currency,
        timeZone,
        loading: around.loading(),
        training: around.training.isOn(),
      }
    },
    operator: () => till.operators.current(),
    session: () => {
      const open = sessions.open()
      if (!open) return null
      const { sessionId, openedAt, openedByName, float, ownerId } = open
      return {
        sessionId,
        openedAt,
        openedByName,
        float,
        saleCount: sessions.saleCount(sessionId),
        actions: sessions.actions(sessionId),
        overnight: isOvernight(open),
        own: ownerId !== null,
        ...(sessions.lacksHistory(sessionId) && { lacksHistory: true as const }),
      }
    },
    overnight: () => {
      const sellsFrom = sessions.open()?.sessionId
      return sessions
        .allOpen()
        .filter((open) => open.sessionId !== sellsFrom && isOvernight(open))
        .map(({ ownerName, openedByName }) => ownerName ?? openedByName)
    },
    basket: () => till.basket.view(),
    baskets: () => till.baskets.view(),
    parked: () => (till.operators.current() ? till.parking.view() : []),
    payment: () => till.payments.view(),
    customer: () => (till.operators.current() ? till.customers.view() : null),
    notice: () => till.notice.view(),
    'last-sale': () => till.lastSale.view(),
    status: () => ({
      sync: around.sync(),
      printer: around.printer(),
      scanner: around.scanner(),
      continued: continuedView(readContinued(context.state), context.now()),
    }),
    refund: () => till.refunds.view(),
    exchange: () => till.exchange.view(),
    exceptions: () => (till.operators.current() ? till.exceptions.view() : []),
    favourites: () => (till.operators.current() ? till.favourites.view() : []),
  }
}
