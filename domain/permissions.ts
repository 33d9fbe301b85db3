import { z } from 'zod'

export const roleSchema = z.enum(['cashier', 'pharmacist', 'branch_manager', 'head_office', 'it_admin'])
export type Role = z.infer<typeof roleSchema>

/** Everything that a person can be refused. The same table is read by the till's services and the server's API. */
export const permissionSchema = z.enum([
  'sale.ring',
  'favourite.branch',
  'refund.make',
  'refund.without-receipt',
  'payment.decide',
  'cash-session.open',
  'cash-session.close',
  'cash-session.move',
  'cash-session.report',
  'forecast.view',
  'console.view',
  'catalogue.import',
  'price.set',
  'customer.set',
  'voucher.issue',
  'branch.set',
  'exception.review',
  'staff.manage',
  'device.enrol',
  'device.revoke',
  'model.train',
])
export type Permission = z.infer<typeof permissionSchema>

const GRANTS: Record<Role, readonly Permission[]> = {
  cashier: ['sale.ring', 'refund.make', 'cash-session.open', 'cash-session.move', 'forecast.view'],
  pharmacist: [
    'sale.ring',
    'favourite.branch',
    'refund.make',
    'refund.without-receipt',
    'payment.decide',
    'cash-session.open',
    'cash-session.close',
    'cash-session.move',
    'cash-session.report',
    'forecast.view',
  ],
  branch_manager: [
    'sale.ring',
    'favourite.branch',
    'refund.make',
    'refund.without-receipt',
    'payment.decide',
    'cash-session.open',
    'cash-session.close',
    'cash-session.move',
    'cash-session.report',
    'forecast.view',
    'console.view',
    'exception.review',
  ],
  head_office: [
    'forecast.view',
    'console.view',
    'catalogue.import',
    'price.set',
    'customer.set',
    'voucher.issue',
    'branch.set',
    'exception.review',
    'staff.manage',
    'device.enrol',
    'device.revoke',
    'model.train',
  ],
  it_admin: ['device.enrol', 'device.revoke'],
}

/** Whether a role may do a thing. Deny by default: what the table does not grant is refused. */
export function may(role: Role, permission: Permission): boolean {
  return GRANTS[role].includes(permission)
}

/** The roles that may do a thing, in rank order, to tell a refused person whom to call. */
export function rolesThatMay(permission: Permission): Role[] {
  return roleSchema.options.filter((role) => may(role, permission))
}
