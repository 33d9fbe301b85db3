import { connect, createServer, type Socket } from 'node:net'

/** Which exchange a fault is for: the journal going up, or rows coming down. */
export type Exchange = 'journal' | 'shape'

/** What happens once, to the next exchange of its kind. */
export type Spoiling =
  /** Only a part (0 to 1) of the answer's first packet arrives; then the connection breaks. */
  | { how: 'truncate'; of: Exchange; part: number }
  /** The answer's first packet arrives twice. */
  | { how: 'duplicate'; of: Exchange }
  /** The request is delivered a second time, so many ms after its answer. */
  | { how: 'repeat'; of: Exchange; afterMs: number }

/** The line between one till and the server, with the faults that lines have. */
export interface FaultyLine {
  url: string
  /** Where the server is now; null while there is none. */
  leadTo(port: number | null): void
  /** One way takes so long, ms. */
  delay(ms: number): void
  /** Connections break at once and new ones are refused. */
  cut(): void
  /** Nothing gets through any more, and nobody is told: bytes vanish, connections stay open. */
  halfOpen(): void
  /** Something on the way answers every request itself, with its own page. */
  portal(): void
  /** New connections work again; those that were half open stay dead. */
  restore(): void
  spoil(spoiling: Spoiling): void
  /** Every connection breaks, as when one end's process dies. */
  breakAll(): void
  close(): Promise<void>
}

/** How requests begin: one shape by itself, or many in a bundle. */
const STARTS: readonly (readonly [Exchange, Buffer])[] = [
  ['journal', Buffer.from('POST /v1/journal')],
  ['shape', Buffer.from('GET /v1/shape')],
  ['shape', Buffer.from('POST /v1/shapes')],
]

const startOf = (chunk: Buffer): Exchange | null =>
  STARTS.find(([, start]) => chunk.indexOf(start) === 0)?.[0] ?? null

/** What a captive portal says to everyone. */
const PAGE = [
  'HTTP/1.1 200 OK',
  'content-type: text/html',
  'content-length: 18',
  'connection: close',
  '',
  '<h1>Welcome!</h1>\n',
].join('\r\n')

interface State {
  up: boolean
  silent: boolean
  portal: boolean
  delayMs: number
  port: number | null
  spoilings: Spoiling[]
}

/** Opens a line on loopback. It leads nowhere until it is told to. */
export async function openFaultyLine(): Promise<FaultyLine> {
  const state: State = { up: true, silent: false, portal: false, delayMs: 0, port: null, spoilings: [] }
  const connections = new Set<Connection>()
  const proxy = createServer((near) => {
    near.on('error', () => near.destroy())
    if (!state.up || state.port === null) {
      near.destroy()
      return
    }
    if (state.portal) {
      near.once('data', () => near.end(PAGE))
      return
    }
    const connection = carry(near, state.port, state, () => connections.delete(connection))
    connections.add(connection)
  })
  await new Promise<void>((resolve, reject) => {
    proxy.once('error', reject)
    proxy.listen(0, '127.0.0.1', resolve)
  })
  const address = proxy.address()
  if (!address || typeof address === 'string') throw new Error('the line has no port')
  const breakAll = () => {
    for (const connection of [...connections]) connection.end()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    leadTo: (port) => {
      state.port = port
      if (port === null) breakAll()
    },
    delay: (ms) => {
      state.delayMs = ms
    },
    cut: () => {
      state.up = false
      breakAll()
    },
    halfOpen: () => {
      state.silent = true
      for (const connection of connections) connection.silence()
    },
    portal: () => {
      state.portal = true
      breakAll()
    },
    restore: () => {
      state.up = true
      state.silent = false
      state.portal = false
    },
    spoil: (spoiling) => state.spoilings.push(spoiling),
    breakAll,
    close: () => {
      breakAll()
      return new Promise((resolve) => proxy.close(() => resolve()))
    },
  }
}

interface Connection {
  silence(): void
  end(): void
}

/** Carries one connection's bytes both ways, in order, with what the line does to them. */
function carry(near: Socket, port: number, state: State, over: () => void): Connection {
  const far = connect(port, '127.0.0.1')
  let silent = state.silent
  let asked: { exchange: Exchange | null; bytes: Buffer[]; answered: boolean } | null = null
  const end = () => {
    near.destroy()
    far.destroy()
    over()
  }
  for (const socket of [near, far]) {
    socket.setNoDelay(true)
    socket.on('error', end)
    // A line that has gone silent does not even tell that the other end has hung up.
    socket.on('close', () => {
      if (!silent) end()
      else over()
    })
  }
  const up = delayed(state, (chunk) => far.write(chunk))
  const down = delayed(state, (chunk) => near.write(chunk))

  near.on('data', (chunk: Buffer) => {
    if (silent) return
    const exchange = startOf(chunk)
    if (!asked || asked.answered) asked = { exchange, bytes: [], answered: false }
    asked.bytes.push(chunk)
    up(chunk)
  })
  far.on('data', (chunk: Buffer) => {
    if (silent) return
    const first = asked !== null && !asked.answered
    if (asked) asked.answered = true
    const spoiling = first && asked?.exchange ? takeSpoiling(state, asked.exchange) : null
    if (spoiling?.how === 'truncate') {
      down(chunk.subarray(0, Math.floor(chunk.length * spoiling.part)), end)
      return
    }
    down(chunk)
    if (spoiling?.how === 'duplicate') down(chunk)
    if (spoiling?.how === 'repeat' && asked) repeatLater(asked.bytes, spoiling.afterMs, state)
  })
  return {
    silence: () => {
      silent = true
    },
    end,
  }
}

function takeSpoiling(state: State, exchange: Exchange): Spoiling | null {
  const index = state.spoilings.findIndex(({ of }) => of === exchange)
  return index === -1 ? null : (state.spoilings.splice(index, 1)[0] ?? null)
}

/** Passes chunks on in order, each after the line's delay of that moment. */
function delayed(state: State, pass: (chunk: Buffer) => void) {
  let waiting: Promise<void> | null = null
  return (chunk: Buffer, then: () => void = () => {}) => {
    const deliver = () => {
      pass(chunk)
      then()
    }
    if (state.delayMs === 0 && !waiting) return deliver()
    const before = waiting ?? Promise.resolve()
    const due = new Promise<void>((resolve) => setTimeout(resolve, state.delayMs))
    const mine = Promise.all([before, due]).then(() => {
      if (waiting === mine) waiting = null
      deliver()
    })
    waiting = mine
  }
}

/** Sends a request's bytes once more, as a box on the way does that saw no answer; nobody hears the second answer. */
function repeatLater(bytes: readonly Buffer[], afterMs: number, state: State): void {
  setTimeout(() => {
    if (state.port === null) return
    const again = connect(state.port, '127.0.0.1')
    again.on('error', () => again.destroy())
    again.on('data', () => again.end())
    again.write(Buffer.concat(bytes))
  }, afterMs)
}
