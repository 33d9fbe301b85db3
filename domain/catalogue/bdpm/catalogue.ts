import { medicineVatRateBp, type ProductRow, productIdOf } from '../product.ts'
import { readPrescriptionLists } from './conditions.ts'
import { BdpmFaults } from './faults.ts'
import { readGenericGroups } from './generics.ts'
import { type Presentation, readPresentations } from './presentations.ts'
import { readSpecialities } from './specialities.ts'
import { readSubstances, substanceOfGroup } from './substances.ts'
import type { BdpmEncoding, BdpmFile, BdpmTable } from './table.ts'

/** The published files that make the catalogue, by what they hold. */
export interface BdpmFiles {
  specialities: BdpmFile
  presentations: BdpmFile
  conditions: BdpmFile
  generics: BdpmFile
  /** Null when the folder has none: then what is stored of substances stays. */
  substances: BdpmFile | null
}

/** How each file is named by its publisher. */
export const BDPM_FILE_NAMES: Record<keyof BdpmFiles, string> = {
  specialities: 'CIS_bdpm.txt',
  presentations: 'CIS_CIP_bdpm.txt',
  conditions: 'CIS_CPD_bdpm.txt',
  generics: 'CIS_GENER_bdpm.txt',
  substances: 'CIS_COMPO_bdpm.txt',
}

export type SkipReason = 'speciality-missing' | 'name-missing' | 'repeated' | 'repeated-differently'

/** A presentation that was read and not taken. */
export interface Skipped {
  reason: SkipReason
  line: number
  cip13: string
}

export interface BdpmCatalogue {
  products: ProductRow[]
  /** Presentations in the file: the products and the skipped. */
  read: number
  skipped: Skipped[]
  files: { name: string; lines: number; encoding: BdpmEncoding }[]
  /** Whether the substances are of the file that lists them; without it they are a guess from the generic group. */
  substancesKnown: boolean
}

/** More orphans than this share means that lines are missing from CIS_bdpm.txt, not that a few lag behind. */
const ORPHAN_SHARE_MAX = 0.05
const ORPHANS_ALWAYS_ALLOWED = 50

const sameFacts = (a: Presentation, b: Presentation): boolean =>
  JSON.stringify({ ...a, line: 0 }) === JSON.stringify({ ...b, line: 0 })

/** One presentation a CIP13: an active line before a withdrawn one, else the first. */
function withoutRepeats(presentations: readonly Presentation[]): {
  kept: Presentation[]
  skipped: Skipped[]
} {
  const kept = new Map<string, Presentation>()
  const skipped: Skipped[] = []
  for (const next of presentations) {
    const known = kept.get(next.cip13)
    const wins = !known || (known.withdrawn && !next.withdrawn)
    if (wins) kept.set(next.cip13, next)
    const loser = known && (wins ? known : next)
    if (!loser) continue
    const reason = sameFacts(known, next) ? 'repeated' : 'repeated-differently'
    skipped.push({ reason, line: loser.line, cip13: loser.cip13 })
  }
  return { kept: [...kept.values()], skipped }
}

const describe = (file: BdpmFile, table: BdpmTable | null) => ({
  name: file.name,
  lines: table?.lines.length ?? 0,
  encoding: table?.encoding ?? 'utf-8',
})

/**
 * Reads the published files of the French public medicines database into products, whole or not at all.
 * Products are in the order of CIS_CIP_bdpm.txt; a withdrawn presentation is among them with that status.
 * @throws BdpmRefusal naming file, line and reason of everything that makes the files unfit
 */
export function readBdpm(files: BdpmFiles): BdpmCatalogue {
  const faults = new BdpmFaults()
  const { specialities, table: cis } = readSpecialities(files.specialities, faults)
  const { presentations, table: cip } = readPresentations(files.presentations, faults)
  const { lists, table: cpd } = readPrescriptionLists(files.conditions, faults)
  const { groups, table: gener } = readGenericGroups(files.generics, faults)
  const compo = files.substances && readSubstances(files.substances, faults)
  faults.refuseIfAny()

  const { kept, skipped } = withoutRepeats(presentations)
  const products: ProductRow[] = []
  for (const pack of kept) {
    const speciality = specialities.get(pack.cis)
    if (!speciality?.name) {
      const reason = speciality ? 'name-missing' : 'speciality-missing'
      skipped.push({ reason, line: pack.line, cip13: pack.cip13 })
      continue
    }
    const group = groups.get(pack.cis)
    products.push({
      id: productIdOf(pack.cip13),
      cip13: pack.cip13,
      cip7: pack.cip7,
      cis: pack.cis,
      name: speciality.name,
      pack: pack.pack,
      form: speciality.form,
      holder: speciality.holder,
      substances: compo?.substances.get(pack.cis) ?? (group ? substanceOfGroup(group.name) : null),
      price: pack.price,
      currency: 'EUR',
      reimbursement_bp: pack.reimbursementBp,
      prescription_list: lists.get(pack.cis) ?? null,
      generic_group_id: group?.id ?? null,
      generic_group_name: group?.name ?? null,
      vat_rate_bp: medicineVatRateBp(pack.reimbursementBp !== null),
      status: pack.withdrawn ? 'withdrawn' : 'active',
    })
  }
  const orphans = skipped.filter(({ reason }) => reason === 'speciality-missing').length
  if (orphans > Math.max(ORPHANS_ALWAYS_ALLOWED, kept.length * ORPHAN_SHARE_MAX)) {
    const reason = `does not hold the specialities of ${orphans} presentations: the file is truncated or of another date`
    faults.add(files.specialities.name, null, reason)
    faults.refuseIfAny()
  }
  return {
    products,
    read: presentations.length,
    skipped,
    files: [
      describe(files.specialities, cis),
      describe(files.presentations, cip),
      describe(files.conditions, cpd),
      describe(files.generics, gener),
      ...(files.substances && compo ? [describe(files.substances, compo.table)] : []),
    ],
    substancesKnown: compo !== null,
  }
}
