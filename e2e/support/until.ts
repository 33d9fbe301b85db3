/**
 * Waits for a condition, looking again every few ms.
 * @returns what the condition gave, as soon as that is truthy
 * @throws Error naming what was waited for
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  limitMs = 20_000,
): Promise<NonNullable<T>> {
  const end = performance.now() + limitMs
  for (;;) {
    const value = await condition()
    if (value) return value as NonNullable<T>
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
