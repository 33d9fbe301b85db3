/**
 * Which blocks of the change log hold something for one shape: pairs of commit LSN and log position, in order,
 * 16 bytes each.
 */
export class EntryIndex {
  #pairs = new Float64Array(16)
  #count = 0

  get count(): number {
    return this.#count
  }

  get lastLsn(): number {
    return this.#count === 0 ? 0 : this.lsn(this.#count - 1)
  }

  lsn(i: number): number {
    return this.#pairs[i * 2] ?? 0
  }

  position(i: number): number {
    return this.#pairs[i * 2 + 1] ?? 0
  }

  add(lsn: number, position: number): void {
    if (this.#count * 2 === this.#pairs.length) {
      const larger = new Float64Array(this.#pairs.length * 2)
      larger.set(this.#pairs)
      this.#pairs = larger
    }
    this.#pairs[this.#count * 2] = lsn
    this.#pairs[this.#count * 2 + 1] = position
    this.#count++
  }

  /** The first entry whose LSN is at or past `lsn`; `count` when there is none. */
  firstFrom(lsn: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.lsn(middle) < lsn) low = middle + 1
      else high = middle
    }
    return low
  }

  /** A copy of the entries from `first` on, up to `end`, as pairs of LSN and position. */
  pairsFrom(first: number, end = this.#count): Float64Array {
    return this.#pairs.slice(first * 2, end * 2)
  }

  /** A copy of the entries between two log positions, as pairs of LSN and position. */
  pairsWithin(start: number, end: number): Float64Array {
    return this.#pairs.slice(this.#firstAt(start) * 2, this.#firstAt(end) * 2)
  }

  /** The first entry that stands at or past a log position. */
  #firstAt(position: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.position(middle) < position) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Drops the entries that stand before a log position; gives the LSN of the last one dropped, or null. */
  trim(start: number): number | null {
    const dropped = this.#firstAt(start)
    if (dropped === 0) return null
    const lsn = this.lsn(dropped - 1)
    const kept = this.#pairs.subarray(dropped * 2, this.#count * 2)
    this.#pairs = new Float64Array(Math.max(16, kept.length * 2))
    this.#pairs.set(kept)
    this.#count -= dropped
    return lsn
  }
}
