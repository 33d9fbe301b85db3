import { fileURLToPath } from 'node:url'
import { v5 } from 'uuid'
import type { ProductRow } from '../../domain/catalogue/product.ts'
import { checkDigit } from '../../hardware/protocols/barcodes/gtin.ts'
import { readBdpmFolder } from '../../sync-server/catalogue/files.ts'

const NAMESPACE = '019aa000-0000-7000-8999-000000000002'

/** Products of the largest catalogue that is measured. */
export const MILLION = 1_000_000

/** The whole real catalogue, about 21,000 products. */
export async function realProducts(): Promise<ProductRow[]> {
  const folder = await readBdpmFolder(fileURLToPath(new URL('../../data/bdpm', import.meta.url)))
  return folder.catalogue.products
}

/** The real catalogue repeated under made-up codes until there are `count` products. */
export async function manyProducts(count: number): Promise<ProductRow[]> {
  const real = await realProducts()
  return Array.from({ length: count }, (_, i) => {
    const product = real[i % real.length] as ProductRow
    if (i < real.length) return product
    const stem = `21${String(i).padStart(10, '0')}`
    const cip13 = `${stem}${checkDigit(stem)}`
    return { ...product, id: v5(cip13, NAMESPACE), cip13, cip7: cip13.slice(5, 12) }
  })
}
