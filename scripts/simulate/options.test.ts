import { describe, expect, it } from 'vitest'
import { readOptions } from './options.ts'

describe('the options of a simulation', () => {
  it('are one seed or many, and how many steps', () => {
    expect(readOptions(['--seed', '7'])).toMatchObject({ first: 7, last: 7, steps: 60 })
    expect(readOptions(['--seed', '7', '--steps', '12'])).toMatchObject({ first: 7, last: 7, steps: 12 })
    expect(readOptions(['--seeds', '3-9'])).toMatchObject({ first: 3, last: 9, processes: false })
    expect(readOptions(['--seed', '3', '--processes'])).toMatchObject({ processes: true, stage: null })
    expect(readOptions(['--seed', '3', '--stage', 'there'])).toMatchObject({ stage: 'there' })
    expect(readOptions(['--help'])).toBe('help')
  })

  it.each([
    [[], /either --seed <n> .* or --seeds/],
    [['--seed', '1', '--seeds', '1-2'], /either --seed/],
    [['--seed', 'x'], /--seed x: give a whole number from 0/],
    [['--seed', '-1'], /--seed/],
    [['--seed=-1'], /--seed -1: give a whole number/],
    [['--seed', '1-2'], /--seed 1-2: give a whole number/],
    [['--seed', '1.5'], /--seed 1.5/],
    [['--seed', '99999999999'], /--seed 99999999999/],
    [['--seed', '1', '--steps', '0'], /--steps 0: give a whole number from 1/],
    [['--seed', '1', '--steps', ''], /--steps/],
    [['--seeds', '9-3'], /the first is larger/],
    [['--seeds', '1-2-3'], /--seeds 1-2-3/],
    [['--frob'], /frob.*--help/],
    [['7'], /--help/],
  ])('%j are told in a sentence', (argv, sentence) => {
    expect(() => readOptions(argv)).toThrow(sentence)
  })
})
