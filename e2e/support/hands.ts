import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { connectBridge } from '../../desktop/bridge/client.ts'
import type {
  Command,
  CommandInput,
  CommandOutput,
  FramePort,
  LiveViews,
} from '../../desktop/bridge/contract.ts'
import { BRIDGE_PATH, BRIDGE_PROTOCOL, bridgeProtocols } from '../../desktop/bridge/web-socket.ts'
import { isRefusal } from '../../domain/refusals.ts'

/** Someone at a till without a screen: the bridge's commands and views, as the UI has them. */
export interface Hands {
  /** @throws Error with the refusal's code when the till refuses */
  do<C extends Command>(command: C, input: CommandInput<C>): Promise<CommandOutput[C]>
  /** What the till last said of a view. */
  see<V extends keyof LiveViews>(view: V): LiveViews[V] | undefined
  /** Resolves as soon as the till tells a view anew: whoever polls instead measures the pauses too. */
  told(): Promise<void>
  close(): void
}

function framesOf(socket: WebSocket): FramePort {
  const early: string[] = []
  let deliver: ((frame: string) => void) | null = null
  socket.on('message', (data) => (deliver ? deliver(String(data)) : early.push(String(data))))
  return {
    send: (frame) => socket.send(frame),
    onFrame: (listener) => {
      deliver = listener
      for (const frame of early.splice(0)) listener(frame)
    },
    onClose: (listener) => socket.on('close', listener),
  }
}

/** @param pageUrl the till's own address, token included */
export async function layHandsOn(pageUrl: string): Promise<Hands> {
  const url = new URL(pageUrl)
  const token = new URLSearchParams(url.hash.slice(1)).get('token') ?? ''
  const socket = new WebSocket(`ws://${url.host}${BRIDGE_PATH}`, bridgeProtocols(token), {
    origin: url.origin,
  })
  const port = framesOf(socket)
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  if (socket.protocol !== BRIDGE_PROTOCOL) throw new Error(`the till speaks ${socket.protocol}`)
  const views: Partial<LiveViews> = {}
  let next = Promise.withResolvers<void>()
  const bridge = connectBridge(port, (view, value) => {
    Object.assign(views, { [view]: value })
    next.resolve()
    next = Promise.withResolvers()
  })
  return {
    do: async (command, input) => {
      const answer = await bridge.call(command, input)
      if (isRefusal(answer)) throw new Error(`${command} refused: ${answer.refused}`)
      return answer as never
    },
    see: (view) => views[view] as never,
    told: () => next.promise,
    close: () => socket.terminate(),
  }
}

/** A till that tells no view for so long while somebody waits for one has stopped, ms. */
const TOLD_WITHIN = 20_000

/**
 * Scans codes and takes exact cash, looking at the total again when the view was one change behind.
 * @returns the receipt's number
 */
export async function sellForCash(hands: Hands, codes: readonly string[]): Promise<number> {
  for (const raw of codes) await hands.do('basket.scan', { raw })
  for (const end = performance.now() + TOLD_WITHIN; performance.now() < end; ) {
    const told = hands.told()
    const basket = hands.see('basket')
    if (basket && basket.lines.length > 0) {
      try {
        const paid = await hands.do('sale.pay-cash', { given: basket.total, revision: basket.revision })
        return paid.receiptNumber
      } catch (error) {
        if (!(error instanceof Error && error.message.includes('basket-changed'))) throw error
      }
    }
    await Promise.race([told, pause(TOLD_WITHIN, undefined, { ref: false })])
  }
  throw new Error(`waited ${TOLD_WITHIN} ms in vain for the till to take the cash`)
}
