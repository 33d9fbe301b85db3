/** `system` follows the workstation's own setting. */
export type Theme = 'system' | 'light' | 'dark'
export const THEMES: readonly Theme[] = ['system', 'light', 'dark']

/** Sizes a workstation may choose from, in per cent: a body capital should be 3.3 mm or more at 60 cm. */
export const SCALES = [100, 112, 125, 150, 175, 200] as const
export type Scale = (typeof SCALES)[number]

/** Where a choice of this workstation is kept: `localStorage` in the product. */
export type Keep = Pick<Storage, 'getItem' | 'setItem'>

const THEME_KEY = 'theme'
const SCALE_KEY = 'scale'

/** The theme chosen at this workstation, or `system`. */
export function keptTheme(keep: Keep): Theme {
  const kept = keep.getItem(THEME_KEY)
  return THEMES.find((theme) => theme === kept) ?? 'system'
}

/** From this width on a pixel is too small to be read at 100 %, px. */
const WIDE = 3000
const VERY_WIDE = 3600

/** The size chosen at this workstation, or what fits its screen. @param width of the window, px */
export function keptScale(keep: Keep, width: number): Scale {
  const kept = Number(keep.getItem(SCALE_KEY))
  return SCALES.find((scale) => scale === kept) ?? (width >= VERY_WIDE ? 200 : width >= WIDE ? 175 : 100)
}

/** Shows a theme and keeps it for the next start. */
export function applyTheme(root: HTMLElement, keep: Keep, theme: Theme): void {
  if (theme === 'system') delete root.dataset.theme
  else root.dataset.theme = theme
  keep.setItem(THEME_KEY, theme)
}

/** Sizes everything: every token is in rem. */
export function showScale(root: HTMLElement, scale: Scale): void {
  root.style.setProperty('--scale', String(scale / 100))
}

/** Sizes everything and keeps the choice for the next start. */
export function applyScale(root: HTMLElement, keep: Keep, scale: Scale): void {
  showScale(root, scale)
  keep.setItem(SCALE_KEY, String(scale))
}

const darkSystem = () => window.matchMedia('(prefers-color-scheme: dark)')

/** The colours shown now: what was chosen here, else the system's. */
export function colourScheme(): 'light' | 'dark' {
  const { theme } = document.documentElement.dataset
  return theme === 'dark' || (theme !== 'light' && darkSystem().matches) ? 'dark' : 'light'
}

/** Calls back whenever {@link colourScheme} may have changed. @returns stops it */
export function onColourScheme(changed: () => void): () => void {
  const system = darkSystem()
  const chosen = new MutationObserver(changed)
  system.addEventListener('change', changed)
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => {
    system.removeEventListener('change', changed)
    chosen.disconnect()
  }
}
