/**
 * What a printer says about itself. Bits: Bixolon SRP-350 p.8, Epson TM-U220 p.54, Partner RP-330 p.24; telling the
 * replies apart: Citizen iDP-3221 p.200.
 */

/** The state of a printer in the words a till shows, the gravest cause first. */
export type PrinterCondition =
  | { state: 'ready' }
  | { state: 'paper-near-end' }
  | { state: 'paper-out' }
  | { state: 'cover-open' }
  | { state: 'offline'; cause: 'cutter' | 'unrecoverable' | 'overheated' | 'feed-button' | 'unknown' }

/** One reply of a printer, told apart by its fixed bits. */
export type PrinterReply =
  | { kind: 'real-time'; byte: number }
  | { kind: 'status'; byte: number }
  | { kind: 'auto-status'; bytes: Uint8Array }

/** `DLE EOT n`: asks in real time, also a printer that is offline. */
export function realTimeStatusRequest(n: 1 | 2 | 3 | 4): Uint8Array {
  return Uint8Array.of(0x10, 0x04, n)
}

/** `GS a 0`: no automatic status, whatever its switches say, so that replies are answers to questions. */
export const DISABLE_AUTO_STATUS: Uint8Array = Uint8Array.of(0x1d, 0x61, 0)

/** `GS r 1`: answered in the order of the bytes, so its reply means that everything before it was taken. */
export const END_OF_JOB_MARKER: Uint8Array = Uint8Array.of(0x1d, 0x72, 1)

/** Splits a printer's bytes into replies. XON and XOFF are skipped, even inside an automatic status. */
export function createReplyParser(): (chunk: Uint8Array) => PrinterReply[] {
  let auto: number[] = []
  return (chunk) => {
    const replies: PrinterReply[] = []
    for (const byte of chunk) {
      if (byte === 0x11 || byte === 0x13) continue
      if (auto.length > 0 && (byte & 0x90) === 0) {
        auto.push(byte)
        if (auto.length === 4) {
          replies.push({ kind: 'auto-status', bytes: Uint8Array.from(auto) })
          auto = []
        }
      } else if ((byte & 0x93) === 0x10) {
        auto = [byte]
      } else if ((byte & 0x93) === 0x12) {
        replies.push({ kind: 'real-time', byte })
      } else if ((byte & 0x90) === 0) {
        replies.push({ kind: 'status', byte })
      }
    }
    return replies
  }
}

/** The four answers to `DLE EOT` 1 to 4. */
export type RealTimeStatus = { printer: number; offlineCause: number; error: number; paper: number }

/** Reads the four answers into one condition; of several troubles, the one that staff must deal with first. */
export function conditionOf(status: RealTimeStatus): PrinterCondition {
  if ((status.offlineCause & 0x04) !== 0) return { state: 'cover-open' }
  if ((status.paper & 0x60) !== 0 || (status.offlineCause & 0x20) !== 0) return { state: 'paper-out' }
  if ((status.error & 0x08) !== 0) return { state: 'offline', cause: 'cutter' }
  if ((status.error & 0x20) !== 0) return { state: 'offline', cause: 'unrecoverable' }
  if ((status.error & 0x40) !== 0) return { state: 'offline', cause: 'overheated' }
  if ((status.offlineCause & 0x08) !== 0) return { state: 'offline', cause: 'feed-button' }
  if ((status.printer & 0x08) !== 0) return { state: 'offline', cause: 'unknown' }
  if ((status.paper & 0x0c) !== 0) return { state: 'paper-near-end' }
  return { state: 'ready' }
}

const IDLE = 0x12

/** Bit of the answer to `DLE EOT 3` for each cause that has one. */
const ERROR_BITS: Readonly<Record<string, number>> = { cutter: 0x08, unrecoverable: 0x20, overheated: 0x40 }

/** Whether the printer takes no data in that condition. */
export function isStopped(condition: PrinterCondition): boolean {
  return condition.state !== 'ready' && condition.state !== 'paper-near-end'
}

/** The answer byte to `DLE EOT n` of a printer in that condition: what `conditionOf` reads, for the emulator. */
export function realTimeStatusByte(n: number, condition: PrinterCondition, drawerPinHigh: boolean): number {
  const { state } = condition
  if (n === 1) return IDLE | (drawerPinHigh ? 0x04 : 0) | (isStopped(condition) ? 0x08 : 0)
  if (n === 3) return IDLE | (state === 'offline' ? (ERROR_BITS[condition.cause] ?? 0) : 0)
  if (n === 2) {
    if (state === 'cover-open') return IDLE | 0x04
    if (state === 'paper-out') return IDLE | 0x20
    if (state === 'offline') return IDLE | (condition.cause === 'feed-button' ? 0x08 : 0x40)
    return IDLE
  }
  if (state === 'paper-out') return IDLE | 0x6c
  return state === 'paper-near-end' ? IDLE | 0x0c : IDLE
}

/** The answer byte to `GS r n`: 1 the paper sensors (bits 0-1 near end, 2-3 end), 2 the drawer pin (bit 0). */
export function transmittedStatusByte(
  of: number,
  condition: PrinterCondition,
  drawerPinHigh: boolean,
): number {
  if (of === 2) return drawerPinHigh ? 1 : 0
  if (condition.state === 'paper-out') return 0x0f
  return condition.state === 'paper-near-end' ? 0x03 : 0
}
