import { addDevice, deviceToken, send, type TestDevice, type TestServer } from '../test-server.ts'
import type { IngestAnswer } from './ingest.ts'
import { type Fact, NOTHING_PENDING, TestJournal } from './test-journal.ts'

/** Either an answer or a refusal; a test that expects the one reads undefined in the other. */
type Answer = IngestAnswer & { error: { code: string; details: Record<string, unknown> } }

/** What tests of the ledger do to a server that is there once they run. */
export function ledgerOf(server: () => TestServer) {
  const newJournal = async (register = 0) =>
    new TestJournal(await addDevice(server(), register), server().organisation)

  const post = async (device: TestDevice, events: unknown[], extra: object = {}) => {
    const body = { deviceId: device.deviceId, events, pending: NOTHING_PENDING, ...extra }
    const response = await send(server(), '/v1/journal', { token: await deviceToken(device), body })
    return { status: response.status, answer: (await response.json()) as Answer }
  }

  const exceptions = (device: TestDevice) =>
    server()
      .db.selectFrom('event_exception')
      .select(['seq', 'code', 'detail'])
      .where('device_id', '=', device.deviceId)
      .orderBy('seq')
      .orderBy('code')
      .execute()

  const codes = async (device: TestDevice) =>
    (await exceptions(device)).map(({ seq, code }) => `${seq} ${code}`)

  /** Everything a device has on the server, to tell that nothing changed. */
  const everything = async (device: TestDevice) => {
    const of = (table: 'journal_event' | 'device_head' | 'device_status' | 'sale' | 'event_exception') =>
      server().db.selectFrom(table).selectAll().where('device_id', '=', device.deviceId).execute()
    return Promise.all([
      of('journal_event'),
      of('device_head'),
      of('device_status'),
      of('sale'),
      of('event_exception'),
    ])
  }

  return { newJournal, post, exceptions, codes, everything }
}

export const appendAll = (journal: TestJournal, facts: Fact[]) => facts.map((fact) => journal.append(fact))
