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
