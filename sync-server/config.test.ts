import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

const KEY = '-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----'
const CLERK = {
  CLERK_JWT_KEY: KEY,
  CLERK_PUBLISHABLE_KEY: 'pk_test_abc',
  CLERK_AUTHORIZED_PARTIES: 'https://a.example, https://b.example',
}

describe('readConfig', () => {
  it('needs nothing: embedded database, embedded shapes, development sign-in', () => {
    const config = readConfig({ DATABASE_URL: '' })
    expect(config).toMatchObject({
      databaseUrl: null,
      electric: null,
      signIn: { mode: 'development' },
      port: 4500,
    })
  })

  it('reads Clerk’s settings, with line ends written out', () => {
    const config = readConfig({ ...CLERK, CLERK_JWT_KEY: KEY.replaceAll('\n', '\\n') })
    const authorizedParties = ['https://a.example', 'https://b.example']
    expect(config.signIn).toEqual({
      mode: 'clerk',
      jwtKey: KEY,
      publishableKey: 'pk_test_abc',
      authorizedParties,
    })
  })

  it('refuses the development signer in production', () => {
    expect(() => readConfig({ NODE_ENV: 'production' })).toThrow(/CLERK_JWT_KEY.*production/)
    expect(readConfig({ NODE_ENV: 'production', ...CLERK }).signIn.mode).toBe('clerk')
  })

  it.each([
    [{ PORT: 'http' }, /^PORT /],
    [{ PORT: '70000' }, /^PORT /],
    [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL .*postgres:\/\//],
    [{ ELECTRIC_URL: 'electric' }, /^ELECTRIC_URL /],
    [{ CLERK_JWT_KEY: 'secret' }, /^CLERK_JWT_KEY .*PEM/],
    [{ CLERK_JWT_KEY: KEY }, /CLERK_PUBLISHABLE_KEY/],
    [{ CLERK_PUBLISHABLE_KEY: 'pk_test_x' }, /CLERK_JWT_KEY/],
    [{ ...CLERK, CLERK_AUTHORIZED_PARTIES: ' ' }, /CLERK_AUTHORIZED_PARTIES/],
    [{ NODE_ENV: 'prod' }, /^NODE_ENV /],
  ])('says in one sentence what is wrong with %j', (environment, message) => {
    expect(() => readConfig(environment)).toThrow(message)
  })
})
