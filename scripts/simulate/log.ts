import { Writable } from 'node:stream'
import { type Logger, pino } from 'pino'

/** A logger whose lines from `warn` on are handed to a listener, which keeps them for a run that fails. */
export function logTo(line: (text: string) => void): Logger {
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      line(String(chunk).trim())
      done()
    },
  })
  return pino({ level: 'warn', base: null }, sink)
}
