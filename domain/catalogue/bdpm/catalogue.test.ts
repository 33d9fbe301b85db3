import { describe, expect, it } from 'vitest'
import { type BdpmFiles, readBdpm } from './catalogue.ts'
import { listOfCondition } from './conditions.ts'
import { BdpmRefusal } from './faults.ts'

const CIS = [
  '60234100\tDOLIPRANE 1000 mg, comprimé\tcomprimé\torale\tAutorisation active\tProcédure nationale\tCommercialisée\t09/07/2002\t\t\t OPELLA HEALTHCARE FRANCE \tNon',
  '61227030\tSKENAN L.P.  10 mg, gélule\tgélule\torale\tAutorisation active\tProcédure nationale\tCommercialisée\t19/01/1992\t\t\t ETHYPHARM\tNon',
]
const CIP = [
  '60234100\t3595583\tplaquette(s) de 8  comprimé(s)\tPrésentation active\tDéclaration de commercialisation\t02/01/2003\t3400935955838\toui\t65%\t1,16\t2,18\t1,02\t',
  "61227030\t3332352\t14 gélule(s)\tPrésentation abrogée\tDéclaration d'arrêt de commercialisation\t19/01/1992\t3400933323523\toui\t\t\t\t\t",
]
const CPD = ['61227030\tstupéfiants', '61227030\tliste I']
const GENER = ['12\tPARACETAMOL 1000 mg\t60234100\t1\t2\t', '9\tPARACETAMOL 1 g\t60234100\t0\t1\t']

const COMPO = [
  '60234100\tcomprimé\t02202\tPARACÉTAMOL\t1000 mg\tun comprimé\tSA\t1',
  '61227030\tgélule\t02201\tSULFATE DE MORPHINE\t10 mg\tune gélule\tSA\t1',
  '61227030\tgélule\t02200\tMORPHINE\t7,5 mg\tune gélule\tFT\t1',
]

type Lines = { [kind in keyof BdpmFiles]: string[] }
const LINES: Lines = {
  specialities: CIS,
  presentations: CIP,
  conditions: CPD,
  generics: GENER,
  substances: COMPO,
}

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const utf8 = (text: string) => new TextEncoder().encode(text)

function files(change: Partial<Lines> = {}, encode = utf8, end = '\n'): BdpmFiles {
  const lines = { ...LINES, ...change }
  const file = (name: string, kind: keyof BdpmFiles) => ({
    name,
    bytes: encode(lines[kind].map((line) => `${line}${end}`).join('')),
  })
  return {
    specialities: file('CIS_bdpm.txt', 'specialities'),
    presentations: file('CIS_CIP_bdpm.txt', 'presentations'),
    conditions: file('CIS_CPD_bdpm.txt', 'conditions'),
    generics: file('CIS_GENER_bdpm.txt', 'generics'),
    substances: file('CIS_COMPO_bdpm.txt', 'substances'),
  }
}

/** The presentations with one column of the first line replaced. */
const withField = (column: number, text: string) => {
  const fields = (CIP[0] as string).split('\t')
  fields[column] = text
  return files({ presentations: [fields.join('\t'), CIP[1] as string] })
}

function refusal(of: BdpmFiles): string {
  try {
    readBdpm(of)
  } catch (error) {
    if (error instanceof BdpmRefusal) return error.message
    throw error
  }
  return 'taken'
}

describe('what the files say', () => {
  const { products } = readBdpm(files())

  it('joins the files into products', () => {
    expect(products[0]).toMatchObject({
      cip13: '3400935955838',
      name: 'DOLIPRANE 1000 mg, comprimé',
      pack: 'plaquette(s) de 8 comprimé(s)',
      holder: 'OPELLA HEALTHCARE FRANCE',
      substances: 'PARACÉTAMOL',
      price: 218,
      reimbursement_bp: 6500,
      prescription_list: null,
      generic_group_id: '9',
      vat_rate_bp: 210,
      status: 'active',
    })
  })

  it('names a base rather than its salt, each substance once, and cuts a long list after one', () => {
    const of = (...lines: string[]) => readBdpm(files({ substances: lines })).products[1]?.substances
    expect(products[1]?.substances).toBe('MORPHINE')
    const line = (name: string, nature: string, link: number, element = 'gélule') =>
      `61227030\t${element}\t1\t${name}\t1 mg\tune gélule\t${nature}\t${link}`
    expect(
      of(
        line('AMOXICILLINE TRIHYDRATÉE', 'SA', 1),
        line('AMOXICILLINE', 'FT', 1),
        line('CLAVULANATE DE POTASSIUM', 'SA', 2),
        line('AMOXICILLINE', 'FT', 1, 'poudre'),
      ),
    ).toBe('AMOXICILLINE, CLAVULANATE DE POTASSIUM')
    const many = Array.from({ length: 40 }, (_, i) => line(`PLANTE NUMERO ${i}`, 'SA', i))
    expect(of(...many)).toMatch(/^PLANTE NUMERO 0, .{200,225}PLANTE NUMERO \d+$/)
  })

  it('goes by the generic group where the list of substances is missing', () => {
    const without = readBdpm({ ...files(), substances: null })
    expect(without.products.map(({ substances }) => substances)).toEqual(['PARACETAMOL', null])
    expect([without.substancesKnown, readBdpm(files()).substancesKnown]).toEqual([false, true])
  })

  it('takes a withdrawn narcotic without a price', () => {
    expect(products[1]).toMatchObject({
      name: 'SKENAN L.P. 10 mg, gélule',
      price: null,
      reimbursement_bp: null,
      prescription_list: 'stupefiant',
      generic_group_id: null,
      vat_rate_bp: 1000,
      status: 'withdrawn',
    })
  })

  it.each([
    ['windows-1252 with CRLF', latin1, '\r\n'],
    ['windows-1252 with CR', latin1, '\r'],
    ['UTF-8 with CRLF and blank lines', utf8, '\r\r\n\n'],
  ])('says the same in %s', (_, encode, end) => {
    expect(readBdpm(files({}, encode, end)).products).toEqual(products)
  })

  it('passes over a byte order mark, columns at the end, and a column before the CIS of a group', () => {
    const odd = files({
      specialities: CIS.map((line, index) => `${index === 0 ? '\ufeff' : ''}${line}\tnew\tcolumns`),
      presentations: CIP.map((line) => `${line}\tx`),
      generics: GENER.map((line) => line.replace('\t60234100', '\t\t60234100')),
    })
    expect(readBdpm(odd).products).toEqual(products)
  })

  it('reads files from before the dispensing fees, which end with price and indications', () => {
    const old = CIP.map((line) => [...line.split('\t').slice(0, 10), 'indications'].join('\t'))
    expect(readBdpm(files({ presentations: old })).products[0]?.price).toBe(116)
  })

  it('adds price and fee when the sum is not given', () => {
    expect(readBdpm(withField(10, '')).products[0]?.price).toBe(218)
  })

  it('skips what it cannot name or has seen, and says which', () => {
    const orphan = (CIP[0] as string)
      .replace('60234100', '69999999')
      .replace('3400935955838', '3400949497294')
    const repeated = [...CIP, CIP[0] as string, (CIP[1] as string).replace('abrogée', 'active'), orphan]
    const read = readBdpm(files({ presentations: repeated }))
    expect(read.skipped).toEqual([
      { reason: 'repeated', line: 3, cip13: '3400935955838' },
      { reason: 'repeated-differently', line: 2, cip13: '3400933323523' },
      { reason: 'speciality-missing', line: 5, cip13: '3400949497294' },
    ])
    expect(read.read).toBe(5)
    expect(read.products.map(({ status }) => status)).toEqual(['active', 'active'])
  })
})

describe('what is refused, with file, line and reason', () => {
  it.each([
    ['a price in letters', withField(9, 'douze'), 'CIS_CIP_bdpm.txt, line 1: price "douze"'],
    ['a price of 10^12', withField(10, '1000000000000,00'), 'CIS_CIP_bdpm.txt, line 1: price'],
    ['a negative price', withField(9, '-1,16'), 'CIS_CIP_bdpm.txt, line 1: price "-1,16"'],
    ['an unreadable rate', withField(8, 'soixante'), 'CIS_CIP_bdpm.txt, line 1: reimbursement rate'],
    ['a wrong check digit', withField(6, '3400935955839'), 'line 1: CIP13 "3400935955839" is none'],
    ['a CIS that is none', withField(0, '6023410'), 'line 1: CIS code "6023410" is not eight digits'],
    ['a stray tab', withField(2, 'moved\tone column'), 'CIS_CIP_bdpm.txt, line 1'],
    [
      'fewer columns',
      files({ presentations: [CIP[0] as string, CIP[0] as string, '60234100\t3595583'] }),
      'line 3: has 2 column(s) where the rest of the file has 13',
    ],
    [
      'another separator',
      files({ specialities: CIS.map((line) => line.replaceAll('\t', ';')) }),
      'CIS_bdpm.txt, line 1: has 1 tab-separated column(s)',
    ],
    [
      'a moved speciality',
      files({ specialities: [CIS[0] as string, (CIS[1] as string).replace('\tgélule', '\t\tgélule')] }),
      'CIS_bdpm.txt, line 2: date of authorisation',
    ],
    [
      'a substance of no known nature',
      files({ substances: [(COMPO[0] as string).replace('SA', 'XX')] }),
      'CIS_COMPO_bdpm.txt, line 1: nature of the substance "XX" is neither SA nor FT (column 7)',
    ],
    [
      'a substance without a CIS',
      files({ substances: [(COMPO[0] as string).replace('60234100', 'x')] }),
      'CIS_COMPO_bdpm.txt, line 1: CIS code "x" is not eight digits',
    ],
    ['an empty file', files({ conditions: [] }), 'CIS_CPD_bdpm.txt: the file is empty'],
    ['blank lines alone', files({ generics: [' \t ', ''] }), 'CIS_GENER_bdpm.txt: the file is empty'],
    [
      'a web page',
      files({ conditions: ['<!DOCTYPE html>', '<html>'] }),
      'CIS_CPD_bdpm.txt, line 1: is a web page',
    ],
    [
      'binary',
      files({ conditions: [CPD[0] as string, 'PK\u0000\u0003'] }),
      'CIS_CPD_bdpm.txt, line 2: holds a NUL byte',
    ],
    [
      'a group without a number',
      files({ generics: ['A\tx\t60234100\t0\t1\t'] }),
      'CIS_GENER_bdpm.txt, line 1: generic group "A"',
    ],
  ])('%s', (_, given, message) => expect(refusal(given)).toContain(message))

  it('a whole file cut off in its last line', () => {
    const many = files({ conditions: Array.from({ length: 200 }, () => '60234100\tliste II') })
    expect(refusal(many)).toBe('taken')
    const cut = { ...many.conditions, bytes: many.conditions.bytes.slice(0, -2) }
    expect(refusal({ ...many, conditions: cut })).toContain('line 200: the last line is cut off')
  })

  it('UTF-8 with broken bytes, rather than reading it as windows-1252', () => {
    const accents = files({ conditions: Array.from({ length: 20 }, () => '60234100\tréservé à') })
    const bytes = accents.conditions.bytes.slice()
    bytes[bytes.lastIndexOf(0xa9)] = 0x20
    expect(refusal({ ...accents, conditions: { ...accents.conditions, bytes } })).toContain(
      'line 20: is UTF-8 but',
    )
  })

  it('a list of specialities that lacks many', () => {
    const packs = Array.from({ length: 60 }, (_, index) => {
      const body = `34009${String(3000000 + index)}`
      const sum = [...body].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0)
      return (CIP[0] as string)
        .replace('60234100', '69999999')
        .replace('3400935955838', `${body}${(10 - (sum % 10)) % 10}`)
    })
    expect(refusal(files({ presentations: packs }))).toContain(
      'CIS_bdpm.txt: does not hold the specialities of 60',
    )
  })

  it('names the first faults of all files and counts the rest', () => {
    const bad = Array.from({ length: 30 }, () => (CIP[0] as string).replace('65%', 'x'))
    const message = refusal(files({ presentations: bad, conditions: [] }))
    expect(message).toContain('line 20')
    expect(message).toContain('and 11 more')
  })
})

describe('listOfCondition', () => {
  it.each([
    ['liste I', 'I'],
    ['liste II', 'II'],
    ['Liste I.', 'I'],
    ['stupéfiants', 'stupefiant'],
    ['stupéfiant', 'stupefiant'],
    ['assimilé stupéfiant', 'I'],
    ['soumis à une partie de la réglementation des stupéfiants', 'I'],
    ['prescription réservée aux spécialistes et services INFECTIOLOGIE', null],
    ['prescription hospitalière', null],
  ])('%s is %s', (condition, list) => expect(listOfCondition(condition)).toBe(list))
})
