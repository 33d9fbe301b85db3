import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'

const ZOOM = { min: 0.5, max: 3 }

const workstationSchema = z.strictObject({
  /** Fills the screen and offers no way out of it, for a till that is nothing else. */
  kiosk: z.boolean().default(false),
  /** Scale of everything on the screen; 1 is as drawn. */
  zoom: z.coerce
    .number({ error: 'must be a number' })
    .min(ZOOM.min, `must be at least ${ZOOM.min}`)
    .max(ZOOM.max, `must be at most ${ZOOM.max}`)
    .default(1),
  /** Whether a second screen shows customers their basket. */
  customerDisplay: z.boolean().default(true),
  /** Passed on to the till: its own flags, which it checks. */
  server: z.string().optional(),
  printer: z.string().optional(),
  scanner: z.string().optional(),
  name: z.string().optional(),
  enrol: z.string().optional(),
})

/** How this workstation runs its till. */
export type Workstation = z.infer<typeof workstationSchema>

/** A setting that cannot be used; the message names it and where it comes from. */
export class WorkstationError extends Error {
  override name = 'WorkstationError'
}

const TILL_FLAGS = ['server', 'printer', 'scanner', 'name', 'enrol'] as const

async function readSettings(file: string): Promise<Record<string, unknown>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  try {
    const settings: unknown = JSON.parse(text)
    if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) return { ...settings }
  } catch {
    // Told below, with the file's name.
  }
  throw new WorkstationError(`${file} must hold one JSON object with this workstation's settings.`)
}

/**
 * Reads this workstation's settings: the file that an installer lays down, and over it the command line.
 * @param file JSON with any of kiosk, zoom, customerDisplay, server, printer, scanner, name, enrol; may be absent
 * @param args command line without the program; flags that are not ours (Chromium's own) are left alone
 * @throws WorkstationError with one sentence per bad value
 */
export async function readWorkstation(file: string, args: readonly string[]): Promise<Workstation> {
  const option = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: {
      kiosk: { type: 'boolean' },
      zoom: option,
      ...Object.fromEntries(TILL_FLAGS.map((flag) => [flag, option])),
    },
  })
  const ours = Object.entries(values).filter(([name]) => name in workstationSchema.shape)
  const parsed = workstationSchema.safeParse({ ...(await readSettings(file)), ...Object.fromEntries(ours) })
  if (parsed.success) return parsed.data
  const sentences = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'a setting'}: ${issue.message} (command line or ${file}).`,
  )
  throw new WorkstationError(sentences.join('\n'))
}

/** The till's command line on this workstation. */
export function tillArguments(workstation: Workstation, dataDir: string): string[] {
  const flags = TILL_FLAGS.flatMap((flag) => {
    const value = workstation[flag]
    return value === undefined ? [] : [`--${flag}`, value]
  })
  return ['--data', dataDir, ...flags]
}
