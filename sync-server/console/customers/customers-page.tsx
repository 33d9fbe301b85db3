import { may, type Role } from '../../../domain/permissions.ts'
import { useLive, useNow } from '../live/live-context.ts'
import { todays } from '../prices/pricing-data.ts'
import { Customers } from './customers.tsx'
import { Vouchers } from './vouchers.tsx'

/** Customers and vouchers, as far as a role may see or set them. */
export function CustomersPage({ role }: { role: Role }) {
  const branches = useLive((state) => state.directory?.branches)
  const nowMs = useNow()
  if (!branches) return null
  return (
    <>
      <Customers branches={branches} maySet={may(role, 'customer.set')} />
      <Vouchers
        branches={branches}
        today={todays(nowMs, branches).first}
        mayIssue={may(role, 'voucher.issue')}
      />
    </>
  )
}
