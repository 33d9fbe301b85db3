/** One reason not to take the files: where it stands and what is wrong. `line` is 1-based; null is the whole file. */
export interface BdpmFault {
  file: string
  line: number | null
  reason: string
}

/** How many faults are kept; a file of another kind would otherwise name each of its lines. */
const FAULTS_KEPT = 20

/** The faults found while reading: the first few in full, and how many there are. */
export class BdpmFaults {
  readonly first: BdpmFault[] = []
  total = 0

  add(file: string, line: number | null, reason: string): void {
    this.total += 1
    if (this.first.length < FAULTS_KEPT) this.first.push({ file, line, reason })
  }

  /** @throws BdpmRefusal when anything was added. */
  refuseIfAny(): void {
    if (this.total > 0) throw new BdpmRefusal(this.first, this.total)
  }
}

export const faultText = (fault: BdpmFault): string =>
  fault.line === null
    ? `${fault.file}: ${fault.reason}`
    : `${fault.file}, line ${fault.line}: ${fault.reason}`

/** The files are not taken, none of them. Carries the first faults and the number of all. */
export class BdpmRefusal extends Error {
  readonly faults: readonly BdpmFault[]
  readonly total: number

  constructor(faults: readonly BdpmFault[], total: number) {
    const more = total > faults.length ? [`and ${total - faults.length} more`] : []
    super([...faults.map(faultText), ...more].join('\n'))
    this.name = 'BdpmRefusal'
    this.faults = faults
    this.total = total
  }
}
