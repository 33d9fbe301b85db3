import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readIdentity } from '../../desktop/till/device/identity.ts'
import { businessDateAt } from '../../domain/business-date.ts'
import type { RegisterRow } from '../../migrations/schema.ts'
import { readBdpmFolder } from '../../sync-server/catalogue/files.ts'
import { importBdpm } from '../../sync-server/catalogue/import.ts'
import { openDatabase, openPool } from '../../sync-server/database/pool.ts'
import { loadCustomers, loadHistory, loadOrganisation } from '../demo/load.ts'
import { DEMO_REGISTERS, DEMO_STAFF, MARKET } from '../demo/organisation.ts'
import { loadPricing } from '../demo/pricing.ts'

/** The newest date that the shipped copy of the medicines database names; its publisher dates the edition by year only. */
export const CATALOGUE_DATE = '2026-05-27'

type Tell = (sentence: string) => void

/** Fills an empty server with the demo; what is there already stays as it is. */
export async function loadDemo(
  databaseUrl: string,
  dataDir: string,
  now: () => number,
  tell: Tell,
): Promise<void> {
  const marker = join(dataDir, 'demo-loaded')
  if (existsSync(marker)) return
  const db = openDatabase(openPool(databaseUrl, () => {}))
  try {
    tell('demo organisation: two branches, their registers and people')
    await loadOrganisation(db)
    await loadCustomers(db, new Date(now()).toISOString())
    tell('medicines catalogue: the whole BDPM')
    const folder = await readBdpmFolder(new URL('../../data/bdpm', import.meta.url).pathname)
    const report = await importBdpm(db, folder, { sourceDate: CATALOGUE_DATE, now: () => new Date(now()) })
    tell(`  ${report.read} presentations read, ${report.added} added`)
    tell('a price list and a promotion of head office (made up)')
    await loadPricing(db, businessDateAt(now(), MARKET.time_zone))
    tell('a year of synthetic sales history (made up, and labelled so)')
    const rows = await loadHistory(db, businessDateAt(now(), MARKET.time_zone))
    tell(`  ${rows.history} days of demand, opening stock of ${rows.stock} products`)
    await writeFile(marker, new Date(now()).toISOString())
  } finally {
    await db.destroy()
  }
}

const signedIn = z.object({ token: z.string() })
const code = z.object({ code: z.string() })

async function post(url: URL, body: object, token?: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(`${url.pathname}: ${JSON.stringify(answer)}`)
  return answer
}

async function signIn(serverUrl: string, role: string): Promise<string> {
  const person = DEMO_STAFF.find((each) => each.role === role)
  return signedIn.parse(await post(new URL('/v1/dev/sign-in', serverUrl), { staffId: person?.id })).token
}

/** A one-time enrolment code for a register, the demo's nth unless named, or null when that till is enrolled. */
export async function enrolmentCode(
  serverUrl: string,
  tillDir: string,
  index: number,
  register: Pick<RegisterRow, 'id' | 'branch_id'> | undefined = DEMO_REGISTERS[index],
): Promise<string | null> {
  if (await readIdentity(tillDir)) return null
  const token = await signIn(serverUrl, 'it_admin')
  const answer = await post(
    new URL('/v1/enrolments', serverUrl),
    { branchId: register?.branch_id, registerId: register?.id },
    token,
  )
  return code.parse(answer).code
}

/** Asks the server to train a forecast model, as head office would; it goes on in the background. */
export async function trainOnce(serverUrl: string, dataDir: string): Promise<void> {
  const marker = join(dataDir, 'training-asked')
  if (existsSync(marker)) return
  await post(new URL('/v1/forecast/train', serverUrl), {}, await signIn(serverUrl, 'head_office'))
  await writeFile(marker, '')
}
