import { describe, expect, it } from 'vitest'
import { type Refusal, refuse } from '../../../domain/refusals.ts'
import type { Caller } from '../../auth/caller.ts'
import { until } from '../testing.ts'
import { createRevocation } from './revocation.ts'

const caller = { kind: 'staff', staffId: 's', name: 'n', role: 'head_office', branchId: null } as Caller

/** A world where each authorization is a caller, a refusal or a fault. */
function setUp(answers: Record<string, Caller | Refusal | Error>) {
  const asked: string[] = []
  const revocation = createRevocation(
    async (authorization = '') => {
      asked.push(authorization)
      const answer = answers[authorization]
      if (answer instanceof Error) throw answer
      return answer ?? refuse('unauthenticated')
    },
    { everyMs: 5 },
  )
  return { revocation, asked, answers }
}

const body = (cancelled: () => void = () => undefined) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array([1])),
    cancel: cancelled,
  })

describe('open requests', () => {
  it('of one caller are one proof, and each keeps its own right', async () => {
    const { revocation, asked } = setUp({ a: caller })
    const kept = Array.from({ length: 20 }, () => revocation.open('a', () => null))
    const lost = revocation.open('a', () => refuse('not-found', { what: 'x' }))
    await until(() => lost.signal.aborted)
    expect(lost.cutBy()).toEqual(refuse('not-found', { what: 'x' }))
    expect(asked).toHaveLength(1)
    expect(kept.some(({ signal }) => signal.aborted)).toBe(false)
    expect(revocation.openRequests()).toBe(20)
    for (const request of kept) request.release()
    expect(revocation.openRequests()).toBe(0)
  })

  it('are cut when their caller is revoked, and when nobody can tell', async () => {
    const { revocation, answers } = setUp({ a: caller, b: caller, c: caller })
    const [a, b, c] = ['a', 'b', 'c'].map((name) => revocation.open(name, () => null))
    answers.b = refuse('device-revoked')
    answers.c = new Error('the database is out of reach')
    await until(() => Boolean(b?.signal.aborted && c?.signal.aborted))
    expect(b?.cutBy()).toEqual(refuse('device-revoked'))
    expect(c?.cutBy()).toEqual(refuse('unauthenticated'))
    expect(a?.signal.aborted).toBe(false)
    a?.release()
  })

  it('are cut unproven when a round comes late to them, rather than each after a proof that hangs', async () => {
    const asked: string[] = []
    const database = Promise.withResolvers<void>()
    const hangs = async (authorization = '') => {
      asked.push(authorization)
      await database.promise
      return caller
    }
    const revocation = createRevocation(hangs, { everyMs: 5, roundMs: 5 })
    const open = Array.from({ length: 200 }, (_, n) => revocation.open(`till ${n}`, () => null))
    await until(() => asked.length === 4)
    const hungAt = performance.now()
    await until(() => performance.now() - hungAt > 20)
    database.resolve()
    await until(() => revocation.openRequests() === 4)
    expect(new Set(asked).size).toBe(4)
    expect(open.filter(({ signal }) => signal.aborted).map((one) => one.cutBy())).toEqual(
      Array.from({ length: 196 }, () => refuse('unauthenticated')),
    )
    for (const one of open) one.release()
  })

  it('are proven anew at once when rights change, also those that a round under way had proven before', async () => {
    let revoked = false
    const first = Promise.withResolvers<void>()
    let proofs = 0
    const revocation = createRevocation(async () => {
      proofs += 1
      if (proofs > 1) return revoked ? refuse('device-revoked') : caller
      await first.promise
      return caller
    })
    const open = revocation.open('a', () => null)
    revocation.askNow()
    await until(() => proofs === 1)
    revoked = true
    revocation.askNow()
    first.resolve()
    await until(() => open.signal.aborted)
    expect([open.cutBy(), proofs, revocation.openRequests()]).toEqual([refuse('device-revoked'), 2, 0])
    revocation.askNow()
  })

  it('end with their body, whether it ends, breaks or is not wanted any more', async () => {
    const { revocation } = setUp({ a: caller })
    const open = () => revocation.open('a', () => null)
    await new Response(open().guard(new Response('whole').body as ReadableStream, 'break')).text()
    expect(revocation.openRequests()).toBe(0)
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) })
    await expect(new Response(open().guard(broken, 'break')).text()).rejects.toThrow('gone')
    expect(revocation.openRequests()).toBe(0)
    let cancelled = false
    await open()
      .guard(
        body(() => {
          cancelled = true
        }),
        'break',
      )
      .cancel()
    expect([cancelled, revocation.openRequests()]).toEqual([true, 0])
  })

  it.each([
    ['a stream of events ends', 'close' as const],
    ['half an answer breaks', 'break' as const],
  ])('when cut: %s, and the upstream is let go', async (_, atCut) => {
    const { revocation, answers } = setUp({ a: caller })
    let cancelled = false
    const open = revocation.open('a', () => null)
    const reader = open
      .guard(
        body(() => {
          cancelled = true
        }),
        atCut,
      )
      .getReader()
    expect((await reader.read()).done).toBe(false)
    const rest = reader.read().then(
      ({ done }) => (done ? 'closed' : 'more'),
      () => 'broken',
    )
    delete answers.a
    expect(await rest).toBe(atCut === 'close' ? 'closed' : 'broken')
    expect([cancelled, revocation.openRequests()]).toEqual([true, 0])
  })
})
