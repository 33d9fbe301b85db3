import type { BranchRow } from '../../../migrations/schema.ts'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { pricingWords } from '../pricing-words.ts'
import { Field, SelectField } from '../views/field.tsx'
import type { DraftTerms, Faults } from './draft.ts'

/** What is wrong with a field, in words; nothing before it was to be saved. */
export function useFaultWords(faults: Faults): (field: string) => string | undefined {
  const p = useWords(pricingWords)
  return (field) => {
    const key = faults.get(field)
    return key && p(key)
  }
}

/** Name, branch and days of a list or promotion. */
export function TermsFields(props: {
  draft: DraftTerms
  branches: readonly BranchRow[]
  fault(field: string): string | undefined
  onChange(change: Partial<DraftTerms>): void
}) {
  const p = useWords(pricingWords)
  const { draft, fault, onChange } = props
  return (
    <div className="flex flex-wrap items-start gap-3">
      <Field
        label={p('name')}
        value={draft.name}
        onChange={(name) => onChange({ name })}
        fault={fault('name')}
      />
      <SelectField
        label={p('where')}
        value={draft.branchId}
        onChange={(branchId) => onChange({ branchId })}
        options={[
          { value: '', label: p('everywhere') },
          ...props.branches.map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <Field
        label={p('from')}
        type="date"
        value={draft.validFrom}
        onChange={(validFrom) => onChange({ validFrom })}
        fault={fault('validFrom')}
      />
      <Field
        label={p('to')}
        type="date"
        value={draft.validTo}
        onChange={(validTo) => onChange({ validTo })}
        fault={fault('validTo')}
      />
    </div>
  )
}
