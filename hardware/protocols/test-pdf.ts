import { inflateSync } from 'node:zlib'

/** What each object of a PDF says, and its stream's bytes, by the object's number. */
function objectsOf(pdf: Buffer): Map<number, { head: string; stream: string }> {
  const file = pdf.toString('latin1')
  const found = new Map<number, { head: string; stream: string }>()
  for (const [, id, head = '', raw] of file.matchAll(
    /(\d+) 0 obj\n([\s\S]*?)(?:stream\n([\s\S]*?)\nendstream\n)?endobj/g,
  )) {
    const packed = raw && head.includes('FlateDecode') && inflateSync(Buffer.from(raw, 'latin1'))
    found.set(Number(id), { head, stream: packed ? packed.toString('latin1') : (raw ?? '') })
  }
  return found
}

/** Which letters a font's glyphs are, as the file itself says for whoever copies text out of it. */
const lettersOf = (map: string): string[] =>
  [...map.matchAll(/\[((?:<[0-9a-f]+>\s*)+)\]/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/<([0-9a-f]+)>/g)].map(([, hex = '']) =>
      Buffer.from(hex, 'hex').swap16().toString('utf16le'),
    ),
  )

/** The text of a PDF that pdfkit wrote, as a reader finds it: page by page, each line as it was drawn. */
export function textOfPdf(pdf: Buffer): string[][] {
  const objects = objectsOf(pdf)
  const at = (head: string, key: string) => Number(new RegExp(`/${key} (\\d+) 0 R`).exec(head)?.[1])
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\n/.test(head))
  return pages.map((page) => {
    const resources = objects.get(at(page.head, 'Resources'))?.head ?? ''
    const letters = (font: string) =>
      lettersOf(objects.get(at(objects.get(at(resources, font))?.head ?? '', 'ToUnicode'))?.stream ?? '')
    const drawn = objects.get(at(page.head, 'Contents'))?.stream ?? ''
    return [...drawn.matchAll(/\/(F\d+) [\d.]+ Tf[\s\S]*?\[([^\]]*)\] TJ/g)].map(
      ([, font = '', shown = '']) => {
        const known = letters(font)
        return [...shown.matchAll(/<([0-9a-f]+)>/g)]
          .flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? [])
          .map((glyph) => known[Number.parseInt(glyph, 16)] ?? '?')
          .join('')
      },
    )
  })
}
