import { expect, test } from 'vitest'
import { productWords, splitStrength } from './product-words.ts'

test.each([
  [
    'DOLIPRANE 1000 mg, comprimé',
    'plaquette(s) thermoformée(s) PVC-aluminium de 8 comprimé(s)',
    'DOLIPRANE 1000 mg',
    '8 comprimés',
  ],
  [
    'DOLIPRANE 500 mg, comprimé effervescent sécable',
    'tube(s) polypropylène de 16 comprimé(s)',
    'DOLIPRANE 500 mg',
    '16 comprimés · effervescent sécable',
  ],
  [
    'DOLIPRANE 2,4 POUR CENT, suspension buvable',
    '1 flacon(s) en verre brun de 100 ml avec seringue(s) pour administration orale en polyéthylène',
    'DOLIPRANE 2,4 POUR CENT',
    '1 flacon de 100 ml · suspension buvable',
  ],
  [
    'ETHINYLESTRADIOL/DROSPIRENONE BGRCONTINU 0,02 mg/3 mg, comprimé pelliculé',
    '3 plaquette(s) PVC PVDC aluminium de 28 comprimé(s) (21comprimés actifs + 7 comprimés placebo)',
    'ETHINYLESTRADIOL/DROSPIRENONE BGRCONTINU 0,02 mg/3 mg',
    '3 plaquettes de 28 comprimés · pelliculé',
  ],
  ['MONODOSE, collyre', '1 unidose(s) de 0,5 ml', 'MONODOSE', '1 unidose de 0,5 ml · collyre'],
  [
    'GAVISCONELL MENTHE SANS SUCRE, suspension buvable en sachet',
    '24 sachet(s) aluminium polyéthylène de 10 ml',
    'GAVISCONELL MENTHE SANS SUCRE',
    '24 sachets de 10 ml · suspension buvable en sachet',
  ],
  [
    'LANTUS 100 unités/ ml, solution injectable en cartouche',
    '5 cartouche(s) en verre de 3 ml',
    'LANTUS 100 unités/ ml',
    '5 cartouches de 3 ml · solution injectable en cartouche',
  ],
  ['OXYGENE', 'bouteille', 'OXYGENE', 'bouteille'],
])('%s, %s', (name, pack, title, detail) => {
  expect(productWords(name, pack)).toEqual({ title, detail })
})

test.each([
  ['IRBESARTAN/HYDROCHLOROTHIAZIDE VIATRIS 300 mg/12,5 mg', ' 300 mg/12,5 mg'],
  ['DOLIPRANE 2,4 POUR CENT', ' 2,4 POUR CENT'],
  ['VITAMINE B12 GERDA 250 microgrammes', ' 250 microgrammes'],
  ['SPASFON', ''],
  ['OLIMEL N7E 4,3 % et 40 mmol/l et 21 mmol/l', ''],
])('the strength of %s is kept whole', (title, strength) => {
  expect(splitStrength(title).strength).toBe(strength)
  expect(Object.values(splitStrength(title)).join('')).toBe(title)
})
