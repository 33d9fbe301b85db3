import type { FramePort } from '../../bridge/contract.ts'
import type { Dispatch } from './dispatch.ts'
import type { Live } from './live.ts'

/** The till's end of a connection, which it may also close. */
export type ServedPort = FramePort & { close(reason: string): void }

/** Serves one connected UI: live views down, commands up. The same over a WebSocket and a MessagePort. */
export function servePort(port: ServedPort, { dispatch, live }: { dispatch: Dispatch; live: Live }): void {
  port.onFrame(async (frame) => {
    const answer = await dispatch(frame)
    if (answer) port.send(JSON.stringify(answer))
    else port.close('this is not a request of the bridge')
  })
  live.attach(port)
}
