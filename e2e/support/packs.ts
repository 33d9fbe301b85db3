import type { ProductRow } from '../../domain/catalogue/product.ts'

/** What the tests sell that have no need of the whole catalogue: as the official files have it (data/bdpm). */
export const DOLIPRANE = '3400935955838'
export const FENOFIBRATE = '3400936145825'

const COMMON = { currency: 'EUR', reimbursement_bp: 6500, vat_rate_bp: 210, status: 'active' } as const

/** 2.18 and 2.56. */
export const PACKS: readonly ProductRow[] = [
  {
    ...COMMON,
    id: 'fe300c95-ee59-5434-a98d-747bf05b8b1a',
    cip13: DOLIPRANE,
    cip7: '3595583',
    cis: '60234100',
    name: 'DOLIPRANE 1000 mg, comprimé',
    pack: 'plaquette(s) thermoformée(s) PVC-aluminium de 8 comprimé(s)',
    form: 'comprimé',
    holder: 'OPELLA HEALTHCARE FRANCE',
    substances: 'PARACÉTAMOL',
    price: 218,
    prescription_list: null,
    generic_group_id: null,
    generic_group_name: null,
  },
  {
    ...COMMON,
    id: 'adff7c84-3765-5298-8363-6e406b313e02',
    cip13: FENOFIBRATE,
    cip7: '3614582',
    cis: '60004277',
    name: 'FENOFIBRATE TEVA 100 mg, gélule',
    pack: 'plaquette(s) thermoformée(s) PVC aluminium de 30 gélule(s)',
    form: 'gélule',
    holder: 'TEVA SANTE',
    substances: 'FÉNOFIBRATE',
    price: 256,
    prescription_list: 'II',
    generic_group_id: '104',
    generic_group_name: 'FENOFIBRATE 100 mg - FENOX 100 mg, gélule',
  },
]
