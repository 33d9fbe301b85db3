/** Runs in the page before its own scripts, which keep a scan's keys to themselves: notes when Enter arrived. */
export function watchEnter(): void {
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Enter') (window as unknown as { scanned: number }).scanned = event.timeStamp
    },
    true,
  )
}

/** Runs in the page: notes when the frame with the new total was painted. */
export function watchPaint(): void {
  const page = window as unknown as { scanned: number; painted: number[] }
  page.painted = []
  new MutationObserver(() => {
    const from = page.scanned
    if (!from) return
    page.scanned = 0
    // The callback of the frame after shows that this one is on the screen.
    requestAnimationFrame(() => requestAnimationFrame((at) => page.painted.push(at - from)))
  }).observe(document.body, { childList: true, subtree: true, characterData: true })
}
