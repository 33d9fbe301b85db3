import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'
import type { ZReport } from './read-z.ts'
import { Z_WORDS, type ZLocale } from './words.ts'

/** Has the letters of every language we speak, and is embedded: an archive depends on no reader's own fonts. */
const FONTS = {
  plain: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
  bold: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')),
}

const LEFT = 72
const WIDTH = 595 - 2 * LEFT
/** A line that begins below it goes on the next page, its label and its figure alike. */
const BOTTOM = 842 - LEFT - 30

/** A word and a figure; null is a rule. */
type Line = [label: string, figure: string] | null

/** How a report's figures are written. */
function formatsOf(z: ZReport, locale: ZLocale) {
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency: z.currency })
  const instant = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: z.timeZone,
  })
  const rate = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 })
  const amount = (minor: number) => money.format(minor / 100)
  return {
    amount,
    signed: (minor: number) => `${minor > 0 ? '+' : ''}${amount(minor)}`,
    rate: (bp: number) => rate.format(bp / 10_000),
    at: (text: string, who: string | null) =>
      `${instant.format(Date.parse(text))}${who ? ` ${Z_WORDS[locale].by} ${who}` : ''}`,
  }
}

/** The count, by note and coin, and what it was compared with. */
function countLines(z: ZReport, locale: ZLocale): Line[] {
  const words = Z_WORDS[locale]
  const { amount, signed } = formatsOf(z, locale)
  return [
    ...z.counts
      .filter(({ quantity }) => quantity > 0)
      .map(
        ({ denomination, quantity }): Line => [
          `${amount(denomination)} × ${quantity}`,
          amount(denomination * quantity),
        ],
      ),
    [words.counted, amount(z.counted)],
    ...(z.firstCounted === undefined ? [] : [[words.first, amount(z.firstCounted)] as Line]),
    null,
    ...(z.movements.length === 0
      ? [[words.float, amount(z.float)] as Line]
      : z.movements.map(({ kind, count, amount: sum }): Line => {
          const word = kind in words.movement ? words.movement[kind as keyof typeof words.movement] : kind
          return [count > 1 ? `${word} (${count})` : word, amount(sum)]
        })),
    [words.expected, amount(z.expected)],
    [words.variance, signed(z.variance)],
    ...z.slips.flatMap(({ kind, counted, expected, difference }): Line[] => [
      [`${words.slips}: ${words.tender[kind]}`, amount(counted)],
      ...(difference === 0
        ? []
        : [[`${words.taken} ${amount(expected)}, ${words.variance}`, signed(difference)] as Line]),
    ]),
    ...(z.reason ? [[words.reason, z.reason] as Line] : []),
    ...(z.witness ? [[words.witness, z.witness] as Line] : []),
    ...(z.readings > 0 ? [[words.readings, String(z.readings)] as Line] : []),
    ...(z.handovers > 0 ? [[words.handovers, String(z.handovers)] as Line] : []),
  ]
}

/** What was given back, apart from what was sold. */
function refundLines(z: ZReport, locale: ZLocale): Line[] {
  const words = Z_WORDS[locale]
  const { amount, rate } = formatsOf(z, locale)
  if (!z.refunds) return []
  const { count, total, tenders, taxes } = z.refunds
  return [
    null,
    [`${words.refunds} (${count})`, amount(-total)],
    ...tenders.map((back): Line => [`${words.tender[back.kind]} (${back.count})`, amount(-back.amount)]),
    ...taxes.map(({ rateBp, tax }): Line => [`${words.vat} ${rate(rateBp)}`, amount(-tax)]),
    [words.net, amount(z.grossTotal - total)],
  ]
}

/** What each line of the report says. */
export function linesOf(z: ZReport, locale: ZLocale): Line[] {
  const words = Z_WORDS[locale]
  const { amount, rate, at } = formatsOf(z, locale)
  return [
    [words.register, z.registerName],
    [words.day, z.businessDate],
    [words.opened, at(z.openedAt, z.openedBy)],
    [words.closed, at(z.closedAt, z.closedBy)],
    ...(z.overnight ? [[words.overnight, ''] as Line] : []),
    ...(z.elsewhere ? [[words.elsewhere, ''] as Line] : []),
    ...(z.completed ? [[words.completed, ''] as Line] : []),
    null,
    ...countLines(z, locale),
    null,
    [words.sales, String(z.saleCount)],
    [words.receipts, z.firstReceipt === null ? words.none : `${z.firstReceipt} – ${z.lastReceipt}`],
    ...z.tenders.map((taken): Line => [`${words.tender[taken.kind]} (${taken.count})`, amount(taken.amount)]),
    [words.gross, amount(z.grossTotal)],
    ...z.taxes.map(({ rateBp, tax }): Line => [`${words.vat} ${rate(rateBp)}`, amount(tax)]),
    ...refundLines(z, locale),
    null,
    [words.perpetual, amount(z.perpetualTotal)],
  ]
}

/** A Z report as a PDF on A4, its text there to be searched and copied. The same report gives the same file. */
export async function zPdf(z: ZReport, locale: ZLocale): Promise<Buffer> {
  const title = `${Z_WORDS[locale].title} ${z.zNumber}`
  const info = { Title: `${title} – ${z.branchName}`, CreationDate: new Date(z.closedAt) }
  const pdf = new PDFDocument({ size: 'A4', margin: LEFT, lang: locale, info })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve) => pdf.on('end', resolve))
  pdf.font(FONTS.bold).fontSize(11).text(z.branchName)
  pdf.font(FONTS.plain).fontSize(9).text(`${z.address}, ${z.city} · ${z.vatNumber}`).moveDown(1.5)
  pdf.font(FONTS.bold).fontSize(18).text(title).moveDown(0.8)
  pdf.fontSize(10)
  for (const line of linesOf(z, locale)) {
    if (pdf.y > BOTTOM) pdf.addPage()
    if (line === null) {
      const y = pdf.y + 3
      pdf
        .moveTo(LEFT, y)
        .lineTo(LEFT + WIDTH, y)
        .lineWidth(0.5)
        .strokeColor('#888888')
        .stroke()
      pdf.y = y + 6
      continue
    }
    const [label, figure] = line
    const y = pdf.y
    pdf.font(FONTS.plain).text(label, LEFT, y, { width: WIDTH / 2 })
    const below = pdf.y
    pdf.font(FONTS.bold).text(figure, LEFT + WIDTH / 2, y, { width: WIDTH / 2, align: 'right' })
    pdf.y = Math.max(below, pdf.y) + 2
    pdf.x = LEFT
  }
  pdf.end()
  await ended
  return Buffer.concat(chunks)
}
