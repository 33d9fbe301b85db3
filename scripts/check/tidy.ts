import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { isUnder } from './rooms.ts'

/** Our own habits as rules: what no general linter knows. Each answers with the line and the remedy. */
export interface Fault {
  file: string
  line: number
  message: string
}

export const LINES_MAX = { file: 400, function: 70 }

type Rule = (source: ts.SourceFile) => Omit<Fault, 'file'>[]

const lineOf = (source: ts.SourceFile, position: number) =>
  source.getLineAndCharacterOfPosition(position).line + 1

const isTest = (file: string) => /\.test\.tsx?$/.test(file)

function walk(source: ts.SourceFile, visit: (node: ts.Node) => void): void {
  const each = (node: ts.Node): void => {
    visit(node)
    ts.forEachChild(node, each)
  }
  ts.forEachChild(source, each)
}

function commentsOf(source: ts.SourceFile): { text: string; line: number }[] {
  const found = new Map<number, string>()
  const collect = (ranges: readonly ts.CommentRange[] | undefined) => {
    for (const { pos, end } of ranges ?? []) found.set(pos, source.text.slice(pos, end))
  }
  const each = (node: ts.Node): void => {
    // Text between JSX tags is not code: what looks like a comment there is shown on the screen.
    if (node.kind !== ts.SyntaxKind.JsxText) {
      collect(ts.getLeadingCommentRanges(source.text, node.getFullStart()))
      collect(ts.getTrailingCommentRanges(source.text, node.getEnd()))
    }
    for (const child of node.getChildren(source)) each(child)
  }
  each(source)
  return [...found].map(([position, text]) => ({ text, line: lineOf(source, position) }))
}

const IMPURE_CALLS = new Map([
  ['Date.now', 'take the instant as an argument'],
  ['performance.now', 'take the instant as an argument'],
  ['Math.random', 'take the random source as an argument'],
  ['parseFloat', 'money and quantities are integers: parse digits'],
  ['Number.parseFloat', 'money and quantities are integers: parse digits'],
])

/** `domain/` is pure: clock and randomness are passed in, and no float comes near money. */
const pureDomain: Rule = (source) => {
  if (!isUnder(source.fileName, 'domain') || isTest(source.fileName)) return []
  const faults: Omit<Fault, 'file'>[] = []
  walk(source, (node) => {
    const line = () => lineOf(source, node.getStart(source))
    const readsClock =
      (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
      node.expression.getText(source) === 'Date' &&
      (ts.isCallExpression(node) || !node.arguments?.length)
    if (readsClock)
      faults.push({ line: line(), message: 'domain/ reads no clock: take the instant as an argument' })
    if (!ts.isCallExpression(node)) return
    const called = node.expression.getText(source)
    const remedy = IMPURE_CALLS.get(called)
    if (remedy) faults.push({ line: line(), message: `domain/ must not call ${called}: ${remedy}` })
  })
  return faults
}

const fileLength: Rule = (source) => {
  const lines = source.text.trimEnd().split('\n').length
  if (lines <= LINES_MAX.file) return []
  return [
    {
      line: lines,
      message: `${lines} lines; a file has at most ${LINES_MAX.file}: split it by what it is about`,
    },
  ]
}

/** Tests are exempt: a `describe` is a list, not a function one has to hold in the head. */
const functionLength: Rule = (source) => {
  if (isTest(source.fileName)) return []
  const faults: Omit<Fault, 'file'>[] = []
  walk(source, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return
    const from = lineOf(source, node.getStart(source))
    const lines = lineOf(source, node.getEnd()) - from + 1
    if (lines <= LINES_MAX.function) return
    faults.push({ line: from, message: `${lines} lines; a function has at most ${LINES_MAX.function}` })
  })
  return faults
}

/** No barrels: a name is imported from the file that defines it. */
const noBarrel: Rule = (source) => {
  if (/(^|\/)index\.tsx?$/.test(source.fileName)) {
    return [{ line: 1, message: 'no index files: name the file for what it holds' }]
  }
  return source.statements
    .filter(
      (statement) =>
        ts.isExportDeclaration(statement) && statement.moduleSpecifier && !statement.exportClause,
    )
    .map((statement) => ({
      line: lineOf(source, statement.getStart(source)),
      message: 'no `export *`: import from the file that defines the name',
    }))
}

/** A reason is at least three words after the colon or dash. */
const hasReason = (text: string) => (text.match(/[\p{L}\d'’]{2,}/gu) ?? []).length >= 3

/** A silenced check says why it is right here; two of them are never right. */
const suppressions: Rule = (source) =>
  commentsOf(source).flatMap(({ text, line }) => {
    if (/@ts-(ignore|nocheck)\b/.test(text)) {
      return [
        { line, message: '@ts-ignore and @ts-nocheck hide everything: use @ts-expect-error with a reason' },
      ]
    }
    const silenced =
      /(@ts-expect-error|biome-ignore(?:-all|-start)?|(?:v8|istanbul|c8) ignore(?: next)?)([\s\S]*)/.exec(
        text,
      )
    if (!silenced) return []
    const [, which = '', rest = ''] = silenced
    const reason = which.startsWith('biome') ? rest.slice(rest.indexOf(':') + 1) : rest
    const given = hasReason(reason) && !reason.includes('<explanation>')
    return given
      ? []
      : [{ line, message: `${which} without a reason: say in a few words why it is right here` }]
  })

const leftovers: Rule = (source) =>
  commentsOf(source)
    .filter(({ text }) => /\bFIXME\b/.test(text))
    .map(({ line }) => ({ line, message: 'FIXME left over: mend it, or file it and say what still holds' }))

/** Only the shell is Electron; everything else runs without it, under whatever name it is loaded. */
const electronOnlyInShell: Rule = (source) => {
  const product = ['desktop', 'sync-server', 'ui-kit', 'hardware', 'domain', 'migrations', 'forecast-models']
  const concerned = product.some((room) => isUnder(source.fileName, room))
  if (!concerned || isUnder(source.fileName, 'desktop/shell')) return []
  const faults: Omit<Fault, 'file'>[] = []
  walk(source, (node) => {
    if (!ts.isStringLiteralLike(node) || !/^electron(\/|$)/.test(node.text)) return
    const { parent } = node
    const loads =
      ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isCallExpression(parent)
    if (loads) {
      faults.push({
        line: lineOf(source, node.getStart(source)),
        message: 'electron is known only to desktop/shell/',
      })
    }
  })
  return faults
}

const RULES: readonly Rule[] = [
  pureDomain,
  fileLength,
  functionLength,
  noBarrel,
  suppressions,
  leftovers,
  electronOnlyInShell,
]

/**
 * Judges one file's text.
 * @param file path relative to the root, with `/`; some rules hold in some rooms only
 */
export function tidy(file: string, text: string): Fault[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  return RULES.flatMap((rule) => rule(source).map((fault) => ({ file, ...fault })))
}

const NOT_OURS = new Set([
  'node_modules',
  'dist',
  'out',
  'coverage',
  '.vite',
  '.cache',
  '.data',
  '.git',
  'fixtures',
])

/** Paths of all source files below `root`, relative to it. */
export function sourceFiles(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !NOT_OURS.has(entry.name))
    .flatMap((entry) => {
      const path = folder ? `${folder}/${entry.name}` : entry.name
      if (entry.isDirectory()) return sourceFiles(root, path)
      return /\.(ts|tsx|mts|mjs|js)$/.test(entry.name) ? [path] : []
    })
}

/** Judges every source file below `root`; one sentence per fault. */
export function checkTidy(root: string): string[] {
  return sourceFiles(root)
    .flatMap((file) => tidy(file, readFileSync(join(root, file), 'utf8')))
    .map(({ file, line, message }) => `${file}:${line} ${message}`)
}
