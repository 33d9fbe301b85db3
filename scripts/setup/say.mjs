/** What the set-up prints: one line a step, with the time it has taken so far. */

/** Ends the set-up with one sentence for a person: what is wrong and what to do. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError'
}

/** @type {NodeJS.WriteStream} */
let out = process.stdout

/** What is said from now on goes to standard error: the output belongs to the command that follows. */
export function leaveOutput() {
  out = process.stderr
}

const seconds = (/** @type {number} */ from) => `${((Date.now() - from) / 1000).toFixed(0)} s`

/**
 * Does one step and says so. On a terminal the line is rewritten in place; elsewhere a line is added now and then.
 * @template T
 * @param {string} title
 * @param {(progress: (detail: string) => void) => Promise<T>} work is given a function to tell how far it is
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const from = Date.now()
  const terminal = out.isTTY === true
  let detail = ''
  const line = () => `  … ${title}${detail && `: ${detail}`} (${seconds(from)})`
  const show = () => out.write(terminal ? `\r\x1b[K${line()}` : `${line()}\n`)
  if (terminal) show()
  const timer = setInterval(show, terminal ? 250 : 10_000)
  try {
    const result = await work((text) => {
      detail = text
    })
    out.write(`${terminal ? '\r\x1b[K' : ''}  ✓ ${title} (${seconds(from)})\n`)
    return result
  } catch (error) {
    out.write(`${terminal ? '\r\x1b[K' : ''}  ✗ ${title} (${seconds(from)})\n`)
    throw error
  } finally {
    clearInterval(timer)
  }
}

/** Says something that needs no work, such as what is skipped. @param {string} text */
export function note(text) {
  out.write(`  · ${text}\n`)
}
