interface OpenStream {
  readonly stillAllowed: () => Promise<boolean>
  readonly cut: () => void
}

/** Asks again, for all streams that stay open, whether their callers may still read; one timer for all. */
export class Revocation {
  readonly #everyMs: number
  readonly #streams = new Set<OpenStream>()
  #timer: NodeJS.Timeout | null = null

  constructor(everyMs: number) {
    this.#everyMs = everyMs
  }

  get openStreams(): number {
    return this.#streams.size
  }

  /** Passes a body through until it ends, its reader goes, or its caller is no longer allowed. */
  guard(
    body: ReadableStream<Uint8Array>,
    stillAllowed: () => Promise<boolean>,
    abort: () => void,
  ): ReadableStream {
    const reader = body.getReader()
    const stream: OpenStream = {
      stillAllowed,
      cut: () => this.#release(stream, abort, () => closer?.close()),
    }
    let closer: ReadableStreamDefaultController | null = null
    this.#streams.add(stream)
    this.#timer ??= setInterval(() => void this.#askAll(), this.#everyMs)
    return new ReadableStream({
      start: (controller) => {
        closer = controller
      },
      pull: async (controller) => {
        const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }))
        if (!this.#streams.has(stream)) return
        if (value !== undefined) controller.enqueue(value)
        if (done)
          this.#release(
            stream,
            () => undefined,
            () => controller.close(),
          )
      },
      cancel: () => this.#release(stream, abort, () => undefined),
    })
  }

  #release(stream: OpenStream, abort: () => void, close: () => void): void {
    if (!this.#streams.delete(stream)) return
    if (this.#streams.size === 0 && this.#timer) {
      clearInterval(this.#timer)
      this.#timer = null
    }
    abort()
    close()
  }

  async #askAll(): Promise<void> {
    for (const stream of [...this.#streams]) {
      const allowed = await stream.stillAllowed().catch(() => false)
      if (!allowed) stream.cut()
    }
  }
}
