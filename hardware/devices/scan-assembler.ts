/** One trigger pull: the text without its AIM identifier, and the identifier (`]d2`) if the scanner sends it. */
export type Scan = { text: string; aim: string | null }

/** Bytes from a scanner came without end; they were dropped up to the next pause. */
export type ScanOverflow = { overflow: number }

export type ScanAssembler = {
  push(chunk: Uint8Array): void
  /** Forgets a half scan and stops its timer. */
  reset(): void
}

const CR = 0x0d
const LF = 0x0a
const TAB = 0x09
const STX = 0x02
const ETX = 0x03
/** `]`, a letter, a modifier: ISO/IEC 15424. */
const AIM = /^\][A-Za-z][0-9A-Za-z]/

/**
 * Joins bytes to scans. A scan ends by CR, LF, CRLF, TAB or ETX, or, for scanners without a suffix, by a silence.
 * @param options.gapMs the silence that ends a scan; 50 ms is some 45 characters' time at 9600 baud
 * @param options.maxLength bytes; the longest symbol in use (a full QR code) is below 4,300
 */
export function createScanAssembler(options: {
  onScan: (scan: Scan) => void
  onOverflow?: (overflow: ScanOverflow) => void
  gapMs?: number
  maxLength?: number
}): ScanAssembler {
  const { onScan, onOverflow, gapMs = 50, maxLength = 4400 } = options
  let bytes: number[] = []
  let dropped = 0
  let timer: NodeJS.Timeout | undefined

  const finish = () => {
    clearTimeout(timer)
    const raw = Buffer.from(bytes).toString('latin1')
    const lost = dropped
    bytes = []
    dropped = 0
    if (lost > 0) onOverflow?.({ overflow: maxLength + lost })
    else if (raw !== '') onScan(splitAim(raw))
  }
  return {
    push(chunk) {
      clearTimeout(timer)
      for (const byte of chunk) {
        if (byte === CR || byte === LF || byte === TAB || byte === ETX) finish()
        else if (byte === STX && bytes.length === 0) continue
        else if (bytes.length < maxLength) bytes.push(byte)
        else dropped += 1
      }
      if (bytes.length > 0) timer = setTimeout(finish, gapMs)
    },
    reset() {
      clearTimeout(timer)
      bytes = []
      dropped = 0
    },
  }
}

/** Takes the AIM identifier off the front, if there is one. */
export function splitAim(raw: string): Scan {
  const aim = AIM.exec(raw)?.[0] ?? null
  return { text: aim === null ? raw : raw.slice(aim.length), aim }
}
