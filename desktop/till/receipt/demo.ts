import { minor } from '../../../domain/money.ts'
import type { SaleCompleted, SaleLine } from '../../../domain/sale/events.ts'
import { lineGross, saleTotal } from '../../../domain/sale/rules.ts'
import { taxShares } from '../../../domain/tax.ts'
import type { Place } from '../place.ts'
import type { ReceiptContent } from './sale-document.ts'

const id = (suffix: string) => `0190d000-0000-7000-8000-${suffix.padStart(12, '0')}`

const line = (
  no: number,
  product: Pick<SaleLine, 'cip13' | 'name' | 'quantity' | 'vatRateBp'>,
  price: number,
) => {
  const unitPrice = minor(price)
  return {
    ...product,
    lineId: id(`a${no}`),
    productId: id(`b${no}`),
    unitPrice,
    gross: lineGross({ unitPrice, quantity: product.quantity }),
    price: null,
    discounts: [],
    note: null,
  }
}

const LINES = [
  line(1, { cip13: '3400935955838', name: 'DOLIPRANE 1000 mg, comprimé', quantity: 3, vatRateBp: 210 }, 116),
  line(
    2,
    {
      cip13: '3400934450853',
      name: 'AUGMENTIN 1 g/125 mg, poudre pour suspension buvable en sachet-dose',
      quantity: 1,
      vatRateBp: 210,
    },
    547,
  ),
  line(
    3,
    { cip13: '3400937412117', name: 'STREPSILS FRAISE SANS SUCRE, pastille', quantity: 1, vatRateBp: 1000 },
    720,
  ),
]

/** The branch of the demo receipt. */
export const DEMO_PLACE: Place = {
  branchId: id('1'),
  branchName: 'Pharmacie du Marché',
  address: '12 place du Marché',
  city: '69003 Lyon',
  vatNumber: 'FR32123456789',
  timeZone: 'Europe/Paris',
  currency: 'EUR',
  registerId: id('2'),
  registerNumber: 1,
  registerName: 'Caisse 1',
  deviceName: 'Demo',
}

const total = saleTotal(LINES)
const given = minor(2000)

const SALE: SaleCompleted = {
  saleId: id('3'),
  sessionId: id('4'),
  branchId: DEMO_PLACE.branchId,
  registerId: DEMO_PLACE.registerId,
  receiptNumber: 128,
  businessDate: '2026-03-12',
  currency: 'EUR',
  lines: LINES,
  taxes: taxShares(LINES),
  tenders: [
    {
      tenderId: id('5'),
      kind: 'cash',
      amount: total,
      given,
      change: minor(given - total),
      reference: null,
    },
  ],
  total,
  rounding: minor(0),
  taxRounding: 'receipt',
  customerId: null,
  note: null,
}

/** One fixed sale of three real products, paid with a 20-euro note: 3 × 1.16 + 5.47 + 7.20 = 16.15. */
export const DEMO_RECEIPT: ReceiptContent = {
  sale: SALE,
  at: '2026-03-12T09:41:07.000Z',
  cashierName: 'Camille Roy',
  packs: new Map([
    [id('a1'), 'plaquette(s) thermoformée(s) PVC-aluminium de 8 comprimé(s)'],
    [id('a2'), '8 sachet(s)-dose(s) papier aluminium polyéthylène de 1,566 g'],
    [id('a3'), 'plaquette(s) thermoformée(s) PVC PVDC aluminium de 24 pastille(s)'],
  ]),
  hash: '7c4e91b2'.padEnd(64, '0'),
}
