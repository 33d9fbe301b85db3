import { expect, test } from 'vitest'
import { productWords } from './product-words.ts'

test.each([
  [
    'DOLIPRANE 1000 mg, comprimé',
    'plaquette(s) thermoformée(s) PVC-aluminium de 8 comprimé(s)',
    'DOLIPRANE 1000 mg',
    '8 comprimé(s) · comprimé',
  ],
  [
    'GAVISCONELL MENTHE SANS SUCRE, suspension buvable en sachet',
    '24 sachet(s) aluminium polyéthylène de 10 ml',
    'GAVISCONELL MENTHE SANS SUCRE',
    '24 sachet(s) de 10 ml · suspension buvable en sachet',
  ],
  [
    'LANTUS 100 unités/ ml, solution injectable en cartouche',
    '5 cartouche(s) en verre de 3 ml',
    'LANTUS 100 unités/ ml',
    '5 cartouche(s) de 3 ml · solution injectable en cartouche',
  ],
  ['OXYGENE', 'bouteille', 'OXYGENE', 'bouteille'],
])('%s, %s', (name, pack, title, detail) => {
  expect(productWords(name, pack)).toEqual({ title, detail })
})
