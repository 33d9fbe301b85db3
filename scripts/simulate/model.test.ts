import { expect, it } from 'vitest'
import { asArrived, drawerMayShow, type Fact } from './model.ts'

const fact = (hash: string, cash: number): Fact => ({
  hash,
  sale: null,
  session: 'one',
  cash,
  branchId: 'here',
  packs: [],
})

it('lets a drawer show two histories in the order in which they arrived, and in no other', () => {
  const first = [fact('b1', 1906), fact('b2', 1186)]
  const second = [fact('a1', 116), fact('a2', 836)]
  const arrived = new Set(['b1', 'a1', 'b2', 'a2'])
  const others = [asArrived([...second, ...first], arrived)]
  const shown = (own: Fact[]) => [...drawerMayShow('one', own, others)].sort((x, y) => x - y)
  expect(shown([fact('own', 5000)])).toEqual([5000, 6906, 7022, 8208, 9044])
  expect(shown([fact('own', 5000), fact('b1', 1906)])).toEqual([6906, 7022, 8208, 9044])
})

it('counts what two histories share once', () => {
  const shared = fact('a1', 3112)
  const kept = [shared, fact('a2', 116)]
  const lost = [shared, fact('b1', 8640)]
  const shown = drawerMayShow('one', [fact('own', 15_992)], [kept, lost])
  expect(shown).toContain(15_992 + 3112 + 116 + 8640)
  expect(shown).not.toContain(15_992 + 3112 + 3112)
})
