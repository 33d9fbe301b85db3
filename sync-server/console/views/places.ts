import type { BranchRow, RegisterRow } from '../../../migrations/schema.ts'
import type { Directory } from '../live/live-state.ts'

/** Where something happened, as people call it. */
export interface Place {
  branch: BranchRow | undefined
  register: RegisterRow | undefined
  branchName: string
  registerName: string
  timeZone: string
}

/** Ids that the directory does not know yet are shown shortened: the directory is being read again. */
const short = (id: string) => `${id.slice(-6)}`

export function placeOf(directory: Directory | null, branchId: string, registerId: string | null): Place {
  const branch = directory?.branches.find(({ id }) => id === branchId)
  const register = registerId === null ? undefined : directory?.registers.get(registerId)
  return {
    branch,
    register,
    branchName: branch?.name ?? short(branchId),
    registerName: register?.name ?? (registerId === null ? '' : short(registerId)),
    timeZone: branch?.time_zone ?? 'UTC',
  }
}

/** A person's name, or an en dash for nobody. */
export const nameOf = (directory: Directory | null, staffId: string | null): string =>
  staffId === null ? '–' : (directory?.staff.get(staffId)?.name ?? short(staffId))

/** Rows of the branch that the screen is held to, or all. */
export const ofBranch = <Row extends { branch_id: string }>(
  rows: readonly Row[],
  branchId: string | null,
): Row[] => rows.filter((row) => branchId === null || row.branch_id === branchId)
