import { create } from 'zustand'
import { may } from '../../../domain/permissions.ts'
import {
  ApiError,
  fetchMe,
  fetchOptions,
  type Person,
  type SignInOptions,
  signInAs,
  type TokenSource,
} from './api.ts'
import { type ClerkSession, openClerk } from './clerk.ts'

/** Where the development signer's token lives: this tab, until it is closed. */
const TOKEN_KEY = 'console-session'

export type Session =
  | { state: 'starting' }
  /** The server did not say how one signs in. */
  | { state: 'unreachable' }
  | {
      state: 'signed-out'
      options: SignInOptions
      clerk: ClerkSession | null
      fault: ApiError | null
      ended: boolean
    }
  /** Someone we know, who may not see the console. */
  | { state: 'refused'; me: Person }
  | { state: 'signed-in'; me: Person; token: TokenSource; clockAheadMs: number; development: boolean }

interface SessionStore {
  session: Session
  start(locale: string, signal: AbortSignal): Promise<void>
  signInAs(staffId: string, locale: string): Promise<void>
  /** Clerk has a signed-in person. */
  clerkSignedIn(locale: string): Promise<void>
  signOut(ended?: boolean): Promise<void>
}

let options: SignInOptions | null = null
let clerk: ClerkSession | null = null

const signedOut = (fault: ApiError | null, ended = false): Session =>
  options ? { state: 'signed-out', options, clerk, fault, ended } : { state: 'unreachable' }

async function enter(token: TokenSource, locale: string): Promise<Session> {
  try {
    const { value: me, clockAheadMs } = await fetchMe(token, locale)
    if (!may(me.role, 'console.view')) return { state: 'refused', me }
    return { state: 'signed-in', me, token, clockAheadMs, development: options?.mode === 'development' }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return error.status === 401 ? signedOut(null, true) : signedOut(error)
  }
}

const developmentToken = (): TokenSource | null => {
  const kept = sessionStorage.getItem(TOKEN_KEY)
  return kept === null ? null : async () => kept
}

/** Who is at the console. One per page. */
export const useSession = create<SessionStore>((set) => ({
  session: { state: 'starting' },
  start: async (locale, signal) => {
    set({ session: { state: 'starting' } })
    try {
      options = (await fetchOptions(locale, signal)).value
      if (options.mode === 'clerk') clerk = await openClerk(options.publishableKey)
      const token = options.mode === 'clerk' ? (clerk?.token() ?? null) : developmentToken()
      set({ session: token ? await enter(token, locale) : signedOut(null) })
    } catch (error) {
      if (signal.aborted) return
      set({ session: signedOut(error instanceof ApiError ? error : null) })
    }
  },
  signInAs: async (staffId, locale) => {
    try {
      const { value } = await signInAs(staffId, locale)
      sessionStorage.setItem(TOKEN_KEY, value.token)
      set({ session: await enter(async () => value.token, locale) })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      set({ session: signedOut(error) })
    }
  },
  clerkSignedIn: async (locale) => {
    const token = clerk?.token()
    if (token) set({ session: await enter(token, locale) })
  },
  signOut: async (ended = false) => {
    sessionStorage.removeItem(TOKEN_KEY)
    if (!ended) await clerk?.signOut()
    set({ session: signedOut(null, ended) })
  },
}))
