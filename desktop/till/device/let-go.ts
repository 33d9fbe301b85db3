/**
 * Lets an answer go unread. It is not waited for: a body that cannot be cancelled (one branch of a tee while the other is
 * open, a connection that has died) would hold back whoever wants to ask again.
 */
export function letGo({ body }: Response): void {
  body?.cancel().catch(() => {})
}
