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

/** What each line of the report says: a word and a figure; null is a rule. */
function linesOf(z: ZReport, locale: ZLocale): ([label: string, figure: string] | null)[] {
  const words = Z_WORDS[locale]
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency: z.currency })
  const amount = (minor: number | null) => money.format((minor ?? 0) / 100)
  const instant = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: z.timeZone,
  })
  const at = (text: string | null, who: string | null) =>
    `${instant.format(Date.parse(text ?? ''))}${who ? ` ${words.by} ${who}` : ''}`
  const rate = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 })
  const kind = (of: string) => (of in words.tender ? words.tender[of as keyof typeof words.tender] : of)
  return [
    [words.register, z.registerName],
    [words.day, z.businessDate],
    [words.opened, at(z.openedAt, z.openedBy)],
    [words.closed, at(z.closedAt, z.closedBy)],
    null,
    [words.sales, String(z.saleCount ?? 0)],
    [words.gross, amount(z.grossTotal)],
    ...(z.refunds.count > 0
      ? ([
          [`${words.refunds} (${z.refunds.count})`, amount(-z.refunds.total)],
          [words.net, amount((z.grossTotal ?? 0) - z.refunds.total)],
        ] as [string, string][])
      : []),
    null,
    ...z.taxes.map(({ rateBp, tax }): [string, string] => [
      `${words.vat} ${rate.format(rateBp / 10_000)}`,
      amount(tax),
    ]),
    ...z.tenders.map((tender): [string, string] => [kind(tender.kind), amount(tender.amount)]),
    null,
    [words.float, amount(z.float)],
    [words.expected, amount(z.expected)],
    [words.counted, amount(z.counted)],
    [words.variance, amount(z.variance)],
    ...(z.reason ? ([[words.reason, z.reason]] as [string, string][]) : []),
    null,
    [words.perpetual, amount(z.perpetualTotal)],
  ]
}

/** A Z report as a PDF on A4, its text there to be searched and copied. The same report gives the same file. */
export async function zPdf(z: ZReport, locale: ZLocale): Promise<Buffer> {
  const title = `${Z_WORDS[locale].title} ${z.zNumber}`
  const info = { Title: `${title} – ${z.branchName}`, CreationDate: new Date(z.closedAt ?? 0) }
  const pdf = new PDFDocument({ size: 'A4', margin: LEFT, lang: locale, info })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve) => pdf.on('end', resolve))
  pdf.font(FONTS.bold).fontSize(11).text(z.branchName)
  pdf.font(FONTS.plain).fontSize(9).text(`${z.address}, ${z.city} · ${z.vatNumber}`).moveDown(1.5)
  pdf.font(FONTS.bold).fontSize(18).text(title).moveDown(0.8)
  pdf.fontSize(10)
  for (const line of linesOf(z, locale)) {
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
