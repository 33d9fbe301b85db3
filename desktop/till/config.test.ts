import { describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'

const read = (args: string, env: NodeJS.ProcessEnv = {}) => readConfig(args.split(' ').filter(Boolean), env)

describe('the configuration', () => {
  test('has a default for everything but the data folder', () => {
    expect(read('--data /d')).toEqual({
      data: '/d',
      port: 0,
      printer: null,
      scanner: null,
      terminal: null,
      name: 'Till',
      locale: 'fr',
      logLevel: 'info',
    })
  })

  test('reads devices', () => {
    expect(read('--data /d --printer tcp://10.0.0.7:9100 --scanner serial:/dev/ttyACM0')).toMatchObject({
      printer: { kind: 'tcp', host: '10.0.0.7', port: 9100 },
      scanner: { kind: 'serial', path: '/dev/ttyACM0' },
    })
    expect(read('--data /d --terminal tcp://10.0.0.8:4600')).toMatchObject({
      terminal: { kind: 'tcp', host: '10.0.0.8', port: 4600 },
    })
    expect(read('--data /d --printer none')).toMatchObject({ printer: null })
  })

  test('gives help before it looks at anything else', () => {
    expect(read('--help --port many')).toBeNull()
  })

  test.each([
    ['', '--data is missing: name the folder this till keeps its data in.'],
    ['--data /d --port many', '--port must be a number.'],
    ['--data /d --port 70000', '--port must be from 0 to 65535.'],
    ['--data /d --server nowhere', '--server must be an http:// or https:// address'],
    ['--data /d --server file:///etc', '--server must be an http:// or https:// address'],
    ['--data /d --printer usb', '--printer is "usb", but must be tcp://host:port, serial:/path or none.'],
    ['--data /d --printer tcp://host:99999', '--printer is "tcp://host:99999", but must be'],
    [
      '--data /d --scanner tcp://host:9100',
      '--scanner is "tcp://host:9100", but must be serial:/path or none.',
    ],
    ['--data /d --colour red', `Unknown option '--colour'`],
  ])('says what is wrong with %j', (args, sentence) => {
    expect(() => read(args)).toThrow(sentence)
  })

  test('names each bad value, environment included', () => {
    expect(() => read('--port many', { PHARMASAAS_RECEIPT_LOCALE: 'es' })).toThrow(
      /--data is missing.*\n--port must be a number\.\nPHARMASAAS_RECEIPT_LOCALE must be fr, en or de\./,
    )
  })
})
