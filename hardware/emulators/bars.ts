import bwipjs from 'bwip-js'
import { barcodeText } from './paper.ts'

/** Black rectangles in modules: `[x, y, width, height]`, and the size of the symbol without its quiet zone. */
export type Bars = { width: number; height: number; rects: [number, number, number, number][] }

/** `GS k` systems of both number ranges that we draw, by the names bwip-js has for them. */
const SYMBOLOGIES: Readonly<Record<number, string>> = {
  0: 'upca',
  2: 'ean13',
  3: 'ean8',
  4: 'code39',
  65: 'upca',
  67: 'ean13',
  68: 'ean8',
  69: 'code39',
  73: 'code128',
}

/**
 * The bars of a one-dimensional barcode (height 1), or null when a printer would refuse it: an unknown system, wrong
 * characters, a wrong check digit.
 */
export function linearBars(system: number, data: Uint8Array): Bars | null {
  const symbology = SYMBOLOGIES[system]
  if (symbology === undefined) return null
  try {
    const [symbol] = bwipjs.raw({ bcid: symbology, text: barcodeText(system, data).replaceAll('\u001d', '') })
    if (symbol === undefined || !('sbs' in symbol)) return null
    const rects: Bars['rects'] = []
    let x = 0
    for (const [index, modules] of symbol.sbs.entries()) {
      if (index % 2 === 0 && modules > 0) rects.push([x, 0, modules, 1])
      x += modules
    }
    return { width: x, height: 1, rects }
  } catch {
    return null
  }
}

/** The modules of a QR code, each row's dark runs joined, or null when the data does not fit one. */
export function qrModules(data: string, level: 'L' | 'M' | 'Q' | 'H'): Bars | null {
  try {
    const options = { bcid: 'qrcode', text: data, eclevel: level }
    const [symbol] = bwipjs.raw(options)
    if (symbol === undefined || !('pixs' in symbol)) return null
    const { pixs, pixx: width, pixy: height } = symbol
    return { width, height, rects: darkRuns(width, height, (x, y) => pixs[y * width + x] === 1) }
  } catch {
    return null
  }
}

/** Rectangles one module high that cover exactly the dark cells. */
export function darkRuns(
  width: number,
  height: number,
  isDark: (x: number, y: number) => boolean,
): Bars['rects'] {
  const rects: Bars['rects'] = []
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (!isDark(x, y)) continue
      let end = x + 1
      while (end < width && isDark(end, y)) end += 1
      rects.push([x, y, end - x, 1])
      x = end
    }
  }
  return rects
}
