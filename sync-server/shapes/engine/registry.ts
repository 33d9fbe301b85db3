import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Definition, type DefinitionRecord } from './definition.ts'
import { writeDurably } from './log/files.ts'
import { Router } from './routing.ts'
import { Shape } from './shape.ts'
import type { Visibility } from './snapshot/visibility.ts'
import { formatOffset, parseOffset, SNAPSHOT_END } from './wire/offset.ts'

/** `shape.json`: written when the snapshot is complete; a folder without it is what a crash left. */
interface ShapeFile {
  readonly version: 2
  readonly definition: DefinitionRecord
  readonly logStart: number
  readonly visibility: Visibility
  readonly chunkEnds: readonly number[]
  /** As of the last trim of the log; what came later is in the log. */
  readonly lastOffset: string
  readonly trimmed: string
}

const FILE = 'shape.json'

/** All shapes, in memory and on disk. */
export class Registry {
  readonly router = new Router()
  readonly #dir: string
  readonly #byHandle = new Map<string, Shape>()
  /** The shape that a new client of a definition gets. */
  readonly #current = new Map<string, Shape>()
  #lastMicros = 0

  constructor(dir: string) {
    this.#dir = dir
    mkdirSync(dir, { recursive: true })
  }

  get shapes(): IterableIterator<Shape> {
    return this.#byHandle.values()
  }

  get count(): number {
    return this.#byHandle.size
  }

  get(handle: string): Shape | undefined {
    return this.#byHandle.get(handle)
  }

  current(definitionId: string): Shape | undefined {
    return this.#current.get(definitionId)
  }

  /** Reads the shapes kept on disk and removes unfinished ones. Their index is built by replaying the log. */
  load(): void {
    for (const handle of readdirSync(this.#dir)) {
      const dir = join(this.#dir, handle)
      const shape = this.#read(handle, dir)
      if (shape) this.#add(shape)
      else rmSync(dir, { recursive: true, force: true })
    }
  }

  /** A new shape, the current one of its definition; from now on it is told of changes. */
  create(definition: Definition, logStart: number): Shape {
    this.#lastMicros = Math.max(this.#lastMicros + 1, Date.now() * 1000)
    const hash = Number.parseInt(definition.id.slice(0, 7), 16) & 0x7ffffff
    const handle = `${hash}-${this.#lastMicros}`
    const shape = new Shape({ handle, definition, dir: join(this.#dir, handle), logStart })
    mkdirSync(shape.dir)
    this.#add(shape)
    return shape
  }

  /**
   * Keeps a shape whose snapshot is complete and durable, or whose log was trimmed. A power cut just after may take
   * it, or leave half of it: then the shape is not known any more, and its clients begin anew.
   */
  async save(shape: Shape, { durable } = { durable: false }): Promise<void> {
    if (shape.ended || !shape.visibility) return
    const file: ShapeFile = {
      version: 2,
      definition: shape.definition.record,
      logStart: shape.logStart,
      visibility: shape.visibility,
      chunkEnds: shape.chunkEnds,
      lastOffset: formatOffset(shape.trimmed.lsn < 0 ? SNAPSHOT_END : shape.lastOffset),
      trimmed: formatOffset(shape.trimmed),
    }
    const path = join(shape.dir, FILE)
    if (durable) return writeDurably(path, JSON.stringify(file))
    await writeFile(`${path}.new`, JSON.stringify(file))
    await rename(`${path}.new`, path)
  }

  /** A shape that new clients may no longer begin with; those who follow it go on. */
  retire(shape: Shape): void {
    if (this.#current.get(shape.definition.id) === shape) this.#current.delete(shape.definition.id)
  }

  /** Ends a shape and removes what is kept of it. */
  end(shape: Shape, failure: Error | null = null): void {
    this.retire(shape)
    this.#byHandle.delete(shape.handle)
    this.router.delete(shape)
    shape.end(failure)
    // What makes a folder a shape goes at once, the rest when there is time.
    rmSync(join(shape.dir, FILE), { force: true })
    void rm(shape.dir, { recursive: true, force: true }).catch(() => undefined)
  }

  #add(shape: Shape): void {
    this.#byHandle.set(shape.handle, shape)
    if (shape.trimmed.lsn < 0) this.#current.set(shape.definition.id, shape)
    this.router.add(shape)
  }

  #read(handle: string, dir: string): Shape | null {
    try {
      const file = JSON.parse(readFileSync(join(dir, FILE), 'utf8')) as ShapeFile
      const lastOffset = parseOffset(file.lastOffset)
      const trimmed = parseOffset(file.trimmed)
      if (file.version !== 2 || !lastOffset || !trimmed) return null
      if (statSync(join(dir, 'snapshot.json')).size !== (file.chunkEnds.at(-1) ?? 0)) return null
      const definition = new Definition(file.definition)
      const shape = new Shape({ handle, definition, dir, logStart: file.logStart })
      shape.restore({ visibility: file.visibility, chunkEnds: file.chunkEnds, lastOffset, trimmed })
      return shape
    } catch {
      return null
    }
  }
}
