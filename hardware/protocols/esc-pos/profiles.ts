import type { CodePage } from './code-pages.ts'

/**
 * What must be known about a printer model to drive it. Printers are data: the code page numbers and the way of
 * cutting differ from maker to maker (Datecs EP-60 has CP858 at 20, Epson at 19), so nothing here is a constant of ESC/POS.
 */
export type PrinterProfile = {
  id: string
  name: string
  /** Characters of font A a line: 42 on 80 mm paper at 180 dpi, 48 at 203 dpi, 32 on 58 mm. */
  columns: number
  /** Dots of a line: what a barcode must fit into. */
  dots: number
  /** The code page texts are encoded in, and its number for `ESC t n`. */
  codePage: { name: CodePage; number: number }
  /** `GS V` 66 or 65: feed to the cutter, then cut. A printer without a cutter feeds to its tear bar. */
  cut: 'partial' | 'full' | 'none'
  /** Which pin of the drawer socket is pulsed (`ESC p` m = 0 for pin 2, 1 for pin 5), and for how long. */
  drawer: { pin: 2 | 5; onMs: number; offMs: number }
  /** Whether it answers `DLE EOT` and `GS r`. If not, a job counts as taken once its bytes have left the transport. */
  answersStatus: boolean
}

/** Epson's sample pulse; ON / (ON + OFF) stays under 0.2, as drawer coils need (Citizen iDP-3551 manual, ESC p). */
const DRAWER: PrinterProfile['drawer'] = { pin: 2, onMs: 50, offMs: 500 }

export const PRINTER_PROFILES = {
  /** Epson TM-T88 and what follows its command set, 80 mm at 180 dpi. */
  'epson-80': {
    id: 'epson-80',
    name: 'Epson TM-T88 / compatible, 80 mm',
    columns: 42,
    dots: 512,
    codePage: { name: 'cp858', number: 19 },
    cut: 'partial',
    drawer: DRAWER,
    answersStatus: true,
  },
  'epson-58': {
    id: 'epson-58',
    name: 'Epson compatible, 58 mm',
    columns: 32,
    dots: 384,
    codePage: { name: 'cp858', number: 19 },
    cut: 'none',
    drawer: DRAWER,
    answersStatus: true,
  },
  'datecs-ep60': {
    id: 'datecs-ep60',
    name: 'Datecs EP-60, 58 mm',
    columns: 32,
    dots: 384,
    codePage: { name: 'cp858', number: 20 },
    cut: 'none',
    drawer: DRAWER,
    answersStatus: true,
  },
  /** The lowest common ground: CP437 has no euro, so amounts say EUR; no status is asked for. */
  'generic-80': {
    id: 'generic-80',
    name: 'Any ESC/POS printer, 80 mm',
    columns: 42,
    dots: 512,
    codePage: { name: 'cp437', number: 0 },
    cut: 'full',
    drawer: DRAWER,
    answersStatus: false,
  },
} as const satisfies Record<string, PrinterProfile>
