import { describe, expect, it } from 'vitest'
import { may, permissionSchema, roleSchema, rolesThatMay } from './permissions.ts'

describe('what a role may do', () => {
  it.each([
    ['cashier', 'sale.ring', true],
    ['cashier', 'cash-session.close', false],
    ['cashier', 'console.view', false],
    ['pharmacist', 'cash-session.close', true],
    ['pharmacist', 'catalogue.import', false],
    ['branch_manager', 'console.view', true],
    ['branch_manager', 'device.enrol', false],
    ['head_office', 'console.view', true],
    ['head_office', 'sale.ring', false],
    ['it_admin', 'device.enrol', true],
    ['it_admin', 'sale.ring', false],
    ['it_admin', 'console.view', false],
  ] as const)('%s, %s: %s', (role, permission, allowed) => {
    expect(may(role, permission)).toBe(allowed)
  })

  it('leaves nothing that no one may do', () => {
    for (const permission of permissionSchema.options) expect(rolesThatMay(permission)).not.toEqual([])
    expect(roleSchema.options).toHaveLength(5)
  })
})
