import { execFile } from 'node:child_process'
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { POSTGRES } from '../../migrations/dialect.ts'
import { migrateToLatest } from '../../migrations/migrate.ts'
import type { RunningPostgres } from '../database/embedded-postgres.ts'
import { openDatabase, openPool, type ServerDatabase } from '../database/pool.ts'
import { startTestPostgres } from '../database/test-postgres.ts'
import { readBdpmFolder } from './files.ts'
import { type ImportReport, importBdpm } from './import.ts'

const SHIPPED = join(import.meta.dirname, '../../data/bdpm')
const NAMES = [
  'CIS_bdpm.txt',
  'CIS_CIP_bdpm.txt',
  'CIS_CPD_bdpm.txt',
  'CIS_GENER_bdpm.txt',
  'CIS_COMPO_bdpm.txt',
]

let server: RunningPostgres
let database: ServerDatabase
let scratch: string

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'pharmasaas-bdpm-'))
  // As root, Postgres runs as another user, who must get through to its folder.
  await chmod(scratch, 0o755)
  server = await startTestPostgres()
  database = openDatabase(openPool(server.url, () => {}))
  await migrateToLatest(database, POSTGRES)
})

afterAll(async () => {
  await database?.destroy()
  await server?.stop()
  await rm(scratch, { recursive: true, force: true })
})

const importDir = async (dir: string, sourceDate: string): Promise<ImportReport> =>
  importBdpm(database, await readBdpmFolder(dir), { sourceDate, now: () => new Date() })

const product = (cip13: string) =>
  database.selectFrom('product').selectAll().where('cip13', '=', cip13).executeTakeFirst()

const pricesOf = async (cip13: string) =>
  database
    .selectFrom('product_price')
    .innerJoin('product', 'product.id', 'product_price.product_id')
    .where('cip13', '=', cip13)
    .orderBy('valid_from')
    .orderBy('import_id')
    .select(['valid_from', 'product_price.price'])
    .execute()

const everything = async () => [
  await database.selectFrom('product').selectAll().orderBy('cip13').execute(),
  await database.selectFrom('product_price').selectAll().orderBy('product_id').execute(),
  await database.selectFrom('catalogue_import').selectAll().orderBy('id').execute(),
]

/** A folder with the shipped files unpacked; `edit` may change the bytes of each. */
async function edition(name: string, edit: (file: string, bytes: Buffer) => Buffer): Promise<string> {
  const dir = await mkdtemp(join(scratch, `${name}-`))
  for (const file of NAMES) {
    await writeFile(join(dir, file), edit(file, gunzipSync(await readFile(join(SHIPPED, `${file}.gz`)))))
  }
  return dir
}

const editText = (bytes: Buffer, edit: (text: string) => string) => Buffer.from(edit(bytes.toString('utf8')))

describe('the catalogue as published', () => {
  it('takes every presentation that has a speciality', async () => {
    const report = await importDir(SHIPPED, '2026-01-15')
    expect(report).toMatchObject({
      read: 20_899,
      added: 20_895,
      addedWithdrawn: 101,
      changed: 0,
      withdrawn: 0,
      priceChanges: 0,
    })
    expect(report.skipped.map(({ reason, count }) => [reason, count])).toEqual([['speciality-missing', 4]])
    expect(report.transactions).toBeGreaterThanOrEqual(41)
  })

  /** Looked up by eye in the files, not computed. */
  it.each([
    [
      '3400949497294',
      {
        name: 'ANASTROZOLE ACCORD 1 mg, comprimé pelliculé',
        price: 2536,
        reimbursement_bp: 10_000,
        prescription_list: 'I',
        generic_group_id: '659',
        vat_rate_bp: 210,
        holder: 'ACCORD HEALTHCARE FRANCE',
      },
    ],
    [
      '3400935955838',
      {
        name: 'DOLIPRANE 1000 mg, comprimé',
        pack: 'plaquette(s) thermoformée(s) PVC-aluminium de 8 comprimé(s)',
        substances: 'PARACÉTAMOL',
        price: 218,
        reimbursement_bp: 6500,
        prescription_list: null,
        generic_group_id: null,
      },
    ],
    [
      '3400956369553',
      { name: 'DOLIPRANE 1000 mg, comprimé', price: null, reimbursement_bp: null, vat_rate_bp: 1000 },
    ],
    [
      '3400927626074',
      {
        name: 'LOJUXTA 10 mg, gélule',
        substances: 'LOMITAPIDE',
        price: 2_061_108,
        reimbursement_bp: 6500,
        prescription_list: 'I',
        form: 'gélule',
      },
    ],
    ['3400935996411', { price: 100_450, cip7: '3599641', cis: '68638461' }],
    ['3400933323523', { price: 416, prescription_list: 'stupefiant', holder: 'ETHYPHARM' }],
    ['3400933845384', { price: 1682, prescription_list: 'II', generic_group_id: '1021' }],
    ['3400927497360', { price: 3363, generic_group_id: '963' }],
  ])('%s', async (cip13, facts) => expect(await product(cip13)).toMatchObject(facts))

  it('counts as the files do', async () => {
    const count = async (column: 'prescription_list' | 'status' | 'reimbursement_bp') => {
      const rows = await database
        .selectFrom('product')
        .select((eb) => [column, eb.fn.countAll<number>().as('count')])
        .groupBy(column)
        .execute()
      return Object.fromEntries(
        rows.map((row) => [String(row[column as keyof typeof row]), Number(row.count)]),
      )
    }
    expect(await count('prescription_list')).toEqual({ I: 13_449, II: 1722, stupefiant: 320, null: 5404 })
    expect(await count('status')).toEqual({ active: 20_794, withdrawn: 101 })
    expect(await count('reimbursement_bp')).toEqual({
      1500: 356,
      3000: 1128,
      3500: 4,
      6500: 10_840,
      10000: 1213,
      null: 7354,
    })
  })

  it('changes nothing a second time', async () => {
    const before = await everything()
    const report = await importDir(SHIPPED, '2026-02-01')
    expect(report).toMatchObject({ added: 0, changed: 0, withdrawn: 0, unchanged: 20_895, transactions: 0 })
    expect(await everything()).toEqual(before)
  })

  it('says the same in the other encoding with other line endings', async () => {
    const twin = await edition('twin', (file, bytes) =>
      file === 'CIS_CIP_bdpm.txt'
        ? Buffer.from(bytes.toString('utf8').replaceAll('\n', '\r\n'), 'utf8')
        : Buffer.from(new TextDecoder('windows-1252').decode(bytes).replaceAll('\r\n', '\r'), 'utf8'),
    )
    expect(await importDir(twin, '2026-02-01')).toMatchObject({ added: 0, changed: 0, unchanged: 20_895 })
  })
})

it('leaves the substances that are stored where the files lack their list', async () => {
  const without = await edition('without', (_, bytes) => bytes)
  await rm(join(without, 'CIS_COMPO_bdpm.txt'))
  expect(await importDir(without, '2026-02-01')).toMatchObject({ changed: 0, unchanged: 20_895 })
  expect(await product('3400935955838')).toMatchObject({ substances: 'PARACÉTAMOL' })
})

describe("another year's files", () => {
  it('change prices and keep history, withdraw what is gone, add what is new', async () => {
    const next = await edition('next', (file, bytes) =>
      file !== 'CIS_CIP_bdpm.txt'
        ? bytes
        : editText(bytes, (text) =>
            text
              .replace('65%\t1,16\t2,18\t1,02', '60 %\t1,20\t2,22\t1,02')
              .split('\n')
              .filter((line) => !line.includes('\t3400949497294\t'))
              .join('\n')
              .concat(
                '60234100\t3000001\t2 comprimé(s)\tPrésentation active\t\t\t3400930000014\toui\t65%\t0,50\t1,52\t1,02\t\n',
              ),
          ),
    )
    const report = await importDir(next, '2027-01-15')
    expect(report).toMatchObject({ added: 1, changed: 1, withdrawn: 1, priceChanges: 1, unchanged: 20_893 })
    const changed = report.priceChangeExamples[0]?.cip13 as string
    expect((await pricesOf(changed)).map(({ valid_from, price }) => [valid_from, price])).toEqual([
      ['2026-01-15', 218],
      ['2027-01-15', 222],
    ])
    expect(await product(changed)).toMatchObject({ price: 222, reimbursement_bp: 6000 })
    expect(await product('3400949497294')).toMatchObject({ status: 'withdrawn', price: 2536 })
    expect(await product('3400930000014')).toMatchObject({ status: 'active', price: 152 })
  })

  it('bring back what they list again, on the same day too', async () => {
    const report = await importDir(SHIPPED, '2027-01-15')
    expect(report).toMatchObject({ added: 0, changed: 2, withdrawn: 1, priceChanges: 1 })
    expect(await product('3400949497294')).toMatchObject({ status: 'active' })
    expect(await pricesOf(report.priceChangeExamples[0]?.cip13 as string)).toHaveLength(3)
  })

  it('that would withdraw most of the catalogue are taken for half a file', async () => {
    const half = await edition('half', (file, bytes) =>
      file === 'CIS_CIP_bdpm.txt'
        ? editText(bytes, (text) => `${text.split('\n').slice(0, 9000).join('\n')}\n`)
        : bytes,
    )
    const before = await everything()
    await expect(importDir(half, '2027-02-01')).rejects.toThrow('the files look incomplete')
    expect(await everything()).toEqual(before)
  })
})

it('goes on where an import was broken off', async () => {
  const dearer = await edition('dearer', (file, bytes) =>
    file === 'CIS_CIP_bdpm.txt'
      ? editText(bytes, (text) => text.replaceAll('\t10,53\t13,29\t', '\t10,63\t13,39\t'))
      : bytes,
  )
  const folder = await readBdpmFolder(dearer)
  const broken = importBdpm(database, folder, {
    sourceDate: '2028-01-01',
    now: () => new Date(),
    progress: () => {
      throw new Error('power cut')
    },
  })
  await expect(broken).rejects.toThrow('power cut')
  const atOnce = await Promise.allSettled([importDir(dearer, '2028-01-01'), importDir(dearer, '2028-01-01')])
  expect(atOnce.some(({ status }) => status === 'fulfilled')).toBe(true)
  expect(await importDir(dearer, '2028-01-01')).toMatchObject({ changed: 0, priceChanges: 0 })
  const doubled = await database
    .selectFrom('product_price')
    .where('valid_from', '=', '2028-01-01')
    .groupBy('product_id')
    .having((eb) => eb.fn.countAll(), '>', 1)
    .select('product_id')
    .execute()
  expect(doubled).toEqual([])
})

describe('the command', () => {
  const main = join(import.meta.dirname, 'main.ts')
  const run = async (...args: string[]) => {
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, ...args], {
        env: { ...process.env, DATABASE_URL: '' },
        maxBuffer: 1 << 24,
      })
      return { code: 0, stdout, stderr }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
      return { code, stdout, stderr }
    }
  }

  it('starts the database when the product is not running, and leaves its data', async () => {
    const dataDir = join(scratch, 'server')
    const first = await run('--dir', SHIPPED, '--data-dir', dataDir, '--date', '2026-01-15', '--json')
    expect(JSON.parse(first.stdout)).toMatchObject({ read: 20_899, added: 20_895, sourceDate: '2026-01-15' })
    const again = await run('--dir', SHIPPED, '--data-dir', dataDir)
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to write.') })
  })

  it('refuses a damaged folder with file and line, and wrong arguments with the remedy', async () => {
    const broken = await edition('broken', (file, bytes) =>
      file === 'CIS_CIP_bdpm.txt' ? editText(bytes, (text) => text.replace('\t24,34\t', '\tcher\t')) : bytes,
    )
    await rm(join(broken, 'CIS_CPD_bdpm.txt'))
    expect(await run('--dir', broken, '--database-url', server.url)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('CIS_CPD_bdpm.txt: is missing'),
    })
    await cp(join(SHIPPED, 'CIS_CPD_bdpm.txt.gz'), join(broken, 'CIS_CPD_bdpm.txt.gz'))
    const before = await everything()
    expect(await run('--dir', broken, '--database-url', server.url)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('CIS_CIP_bdpm.txt, line 1: price "cher" cannot be read'),
    })
    expect(await everything()).toEqual(before)
    await writeFile(join(broken, 'CIS_CPD_bdpm.txt.gz'), 'no gzip')
    expect((await run('--dir', broken)).stderr).toContain('CIS_CPD_bdpm.txt.gz: cannot be unpacked')
    expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('--dir is missing') })
    expect(await run('--dir', SHIPPED, '--date', '2026-02-30')).toMatchObject({ code: 2 })
    expect((await run('--help')).stdout).toContain('npm run import:bdpm')
  })

  it('connects to the database of a product that runs', async () => {
    const { startEmbeddedPostgres } = await import('../database/embedded-postgres.ts')
    const dataDir = join(scratch, 'server')
    const running = await startEmbeddedPostgres({ dataDir })
    try {
      const result = await run('--dir', SHIPPED, '--data-dir', dataDir, '--json')
      expect(JSON.parse(result.stdout)).toMatchObject({ added: 0, changed: 0, unchanged: 20_895 })
      expect(result.stderr).not.toContain('is started for the import')
    } finally {
      await running.stop()
    }
  })

  it('names a database that does not answer, without its password', async () => {
    const result = await run('--dir', SHIPPED, '--database-url', 'postgres://a:secret@127.0.0.1:1/x')
    expect(result).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('127.0.0.1:1/x does not answer'),
    })
    expect(result.stderr).not.toContain('secret')
  })
})
