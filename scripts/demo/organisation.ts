import type { Role } from '../../domain/permissions.ts'
import type { BranchRow, RegisterRow } from '../../migrations/schema.ts'

const id = (group: number, n: number) =>
  `019aa000-0000-7000-8${String(group).padStart(3, '0')}-${String(n).padStart(12, '0')}`

/** The demo's branches. Names, addresses and VAT numbers are made up. */
export const DEMO_BRANCHES = [
  {
    id: id(1, 1),
    name: 'Pharmacie du Marché',
    time_zone: 'Europe/Paris',
    currency: 'EUR',
    address: '12 place du Marché',
    city: '69001 Lyon',
    vat_number: 'FR 00 000 000 001',
  },
  {
    id: id(1, 2),
    name: 'Pharmacie de la Gare',
    time_zone: 'Europe/Paris',
    currency: 'EUR',
    address: '3 boulevard de la Gare',
    city: '44000 Nantes',
    vat_number: 'FR 00 000 000 002',
  },
] as const satisfies readonly BranchRow[]

export const [MARKET, STATION] = DEMO_BRANCHES

export const DEMO_REGISTERS = [
  { id: id(2, 1), branch_id: MARKET.id, number: 1, name: 'Comptoir 1' },
  { id: id(2, 2), branch_id: MARKET.id, number: 2, name: 'Comptoir 2' },
  { id: id(2, 3), branch_id: STATION.id, number: 1, name: 'Comptoir 1' },
] as const satisfies readonly RegisterRow[]

export interface DemoPerson {
  id: string
  name: string
  role: Role
  branchId: string | null
  /** Unlocks the tills of the person's branch; null for people who only use the console. */
  pin: string | null
}

/** The demo's people. The PINs are printed at every start: they guard demo data only. */
export const DEMO_STAFF: readonly DemoPerson[] = [
  { id: id(3, 1), name: 'Inès Robert', role: 'cashier', branchId: MARKET.id, pin: '2580' },
  { id: id(3, 2), name: 'Claire Fontaine', role: 'pharmacist', branchId: MARKET.id, pin: '4826' },
  { id: id(3, 3), name: 'Marc Lefèvre', role: 'branch_manager', branchId: MARKET.id, pin: '7314' },
  { id: id(3, 4), name: 'Julie Martin', role: 'cashier', branchId: STATION.id, pin: '1593' },
  { id: id(3, 5), name: 'Paul Nguyen', role: 'pharmacist', branchId: STATION.id, pin: '6471' },
  { id: id(3, 6), name: 'Sophie Girard', role: 'head_office', branchId: null, pin: null },
  { id: id(3, 7), name: 'Thomas Weber', role: 'it_admin', branchId: null, pin: null },
]

/** The demo's customers; names are made up. Their loyalty numbers are in-store codes (they begin with 2). */
export const DEMO_CUSTOMERS = [
  { number: 1, name: 'Hélène Martin', loyalty_number: '2990000000178', account_limit: 20_000 },
  { number: 2, name: 'Résidence Les Tilleuls', loyalty_number: '2990000000185', account_limit: 150_000 },
  { number: 3, name: 'Jean Dupont', loyalty_number: '2990000000192', account_limit: null },
  { number: 4, name: 'Amina Benali', loyalty_number: '2990000000208', account_limit: null },
].map((customer) => ({ ...customer, id: id(4, customer.number), active: true }))

/** The demo's vouchers, minor units. */
export const DEMO_VOUCHERS = [
  { code: 'V-1000-DEMO', amount: 1000, expires_on: null },
  { code: 'V-2500-DEMO', amount: 2500, expires_on: '2030-12-31' },
].map((voucher, i) => ({ ...voucher, id: id(5, i + 1), active: true }))
