import type { TokenSource } from './api.ts'

/** Clerk, as far as the console needs it. */
export interface ClerkSession {
  /** The signed-in person's token source, or null when nobody is. */
  token(): TokenSource | null
  /** Puts Clerk's own sign-in form into an element. @returns a function that takes it away */
  mountSignIn(element: HTMLDivElement, onSignedIn: () => void): () => void
  signOut(): Promise<void>
}

/**
 * Loads Clerk, half a megabyte, only where it is used. The entry without remotely hosted code is the one that a strict
 * content security policy allows.
 */
export async function openClerk(publishableKey: string): Promise<ClerkSession> {
  const { Clerk } = await import('@clerk/clerk-js/no-rhc')
  const clerk = new Clerk(publishableKey)
  await clerk.load()
  return {
    token: () =>
      clerk.session
        ? async () => {
            const token = await clerk.session?.getToken()
            if (!token) throw new Error('the session has ended')
            return token
          }
        : null,
    mountSignIn: (element, onSignedIn) => {
      clerk.mountSignIn(element, {})
      const unsubscribe = clerk.addListener(({ session }) => {
        if (session) onSignedIn()
      })
      return () => {
        unsubscribe()
        clerk.unmountSignIn(element)
      }
    },
    signOut: () => clerk.signOut(),
  }
}
