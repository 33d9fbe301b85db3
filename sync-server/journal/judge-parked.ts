import type { ClientBase } from 'pg'
import type { Mutation } from '../../domain/journal/mutation.ts'
import type { ParkedBasketEndRow, ParkedBasketRow, ParkedContent } from '../../domain/parking/rows.ts'
import { arrayLiteral } from '../database/bulk.ts'

interface Parked {
  /** How a person knows it again. */
  name: string
  /** Whether a till has taken it up. */
  recalled: boolean
}

/** By the parked basket's id. */
export type ParkedBaskets = Map<string, Parked>

const recallsOf = (mutations: readonly Mutation[]): ParkedBasketEndRow[] =>
  mutations.flatMap((m) =>
    m.op === 'insert' && m.table === 'parked_basket_end' && m.row.how === 'recalled' ? [m.row] : [],
  )

function nameOf({ label, item_count, content }: Pick<ParkedBasketRow, 'label' | 'item_count' | 'content'>) {
  const { lines } = JSON.parse(content) as ParkedContent
  return `${label ?? lines[0]?.name ?? ''} (${item_count})`
}

/**
 * Loads the parked baskets that a batch recalls, and whether another till has recalled them. They stay locked until the
 * transaction ends: of two tills that tell of it at the same moment, the second sees the first.
 */
export async function loadParked(client: ClientBase, mutations: readonly Mutation[]): Promise<ParkedBaskets> {
  const ids = [...new Set(recallsOf(mutations).map(({ parked_id }) => parked_id))].sort()
  if (ids.length === 0) return new Map()
  const wanted = [arrayLiteral(ids)]
  await client.query('select 1 from parked_basket where id = any($1::uuid[]) order by id for update', wanted)
  const { rows } = await client.query<ParkedBasketRow & { recalled: boolean }>(
    `select id, label, item_count, content, exists (select 1 from parked_basket_end e
       where e.parked_id = parked_basket.id and e.how = 'recalled') as recalled
     from parked_basket where id = any($1::uuid[])`,
    wanted,
  )
  return new Map(rows.map((row) => [row.id, { name: nameOf(row), recalled: row.recalled }]))
}

/** A basket of the same batch may be recalled in it. */
export function rememberParked(mutations: readonly Mutation[], parked: ParkedBaskets): void {
  for (const mutation of mutations) {
    if (mutation.op !== 'insert' || mutation.table !== 'parked_basket') continue
    parked.set(mutation.row.id, { name: nameOf(mutation.row), recalled: false })
  }
}

/** @returns the names of baskets that were taken up before, at a till that was apart: perhaps they were sold twice */
export function judgeParked(mutations: readonly Mutation[], parked: ParkedBaskets): string[] {
  return recallsOf(mutations).flatMap(({ parked_id }) => {
    const held = parked.get(parked_id)
    if (!held) return []
    const again = held.recalled
    held.recalled = true
    return again ? [held.name] : []
  })
}
