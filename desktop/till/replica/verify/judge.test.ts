import { describe, expect, it } from 'vitest'
import { judge, type Look } from './judge.ts'
import { NO_HANDLE } from './refetch.ts'
import { exitCode, wordReport } from './report.ts'
import type { TableReport } from './verify.ts'

const look = (here: string, there: string, changes: Partial<Look> & { unsent?: number } = {}): Look => ({
  here: {
    sum: { rows: 1, sum: here },
    position: { handle: 'h', offset: '1_0' },
    unsent: changes.unsent ?? 0,
  },
  there: { rows: 1, sum: there },
  silent: true,
  ...changes,
})

describe('two looks at a table', () => {
  it('are equal by equal sums alone, whatever else is under way', () => {
    expect(judge(null, look('1', '1', { unsent: 3, silent: false }))).toBe('equal')
  })

  it('differ when nothing under way explains it', () => {
    expect(judge(look('1', '2'), look('1', '2'))).toBe('differs')
  })

  it.each([
    ['there was no look before', null, look('1', '2')],
    ['the till moved', look('0', '2'), look('1', '2')],
    ['the server moved', look('1', '3'), look('1', '2')],
    ['own events are unsent', look('1', '2'), look('1', '2', { unsent: 1 })],
    ['the log had more to tell', look('1', '2', { silent: false }), look('1', '2')],
    ['the log has more to tell', look('1', '2'), look('1', '2', { silent: false })],
    [
      'the shape stands elsewhere',
      look('1', '2'),
      look('1', '2', {
        here: { sum: { rows: 1, sum: '1' }, position: { handle: 'h', offset: '2_0' }, unsent: 0 },
      }),
    ],
  ])('are unsettled when %s', (_, before, now) => {
    expect(judge(before, now)).toBe('unsettled')
  })

  it.each([null, { handle: NO_HANDLE, offset: '1_0' }])('wait for a table at %j', (position) => {
    const now = look('1', '1', { here: { sum: { rows: 1, sum: '1' }, position, unsent: 0 } })
    expect(judge(now, now)).toBe('unsettled')
  })
})

describe('the report', () => {
  const report = (outcome: TableReport['outcome'], unsent = 0): TableReport => ({
    table: 'sale',
    here: 2,
    there: 3,
    outcome,
    found: outcome === 'equal' ? null : 1,
    faults: null,
    unsent,
  })

  it.each([
    ['equal' as const, 0, 'equal'],
    ['refetched' as const, 0, 'DIFFERED (1 rows here): fetched anew, equal now'],
    ['differs' as const, 1, 'DIFFERS'],
    ['moving' as const, 3, 'still moving: ask again'],
  ])('of %s ends with %i', (outcome, code, words) => {
    expect(exitCode([report(outcome)])).toBe(code)
    expect(wordReport([report(outcome)])).toMatch(
      new RegExp(`sale +2 +3 +${words.replace(/[()]/g, '\\$&')}\n`),
    )
  })

  it('says that own events are yet to be sent', () => {
    expect(wordReport([report('moving', 2)])).toContain('2 own events are not sent yet')
  })
})
