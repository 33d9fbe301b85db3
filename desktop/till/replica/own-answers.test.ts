import { expect, it } from 'vitest'
import { fetchOwnAnswers } from './own-answers.ts'

const answering = (status: number, headers: Record<string, string>) =>
  fetchOwnAnswers(async () => new Response('[]', { status, headers }))('http://head.example/v1/shape')

it.each([
  ['a guest network’s page', 200, { 'content-type': 'text/html; charset=utf-8' }],
  ['the way to it', 302, { location: 'http://portal.example/login' }],
  ['a gateway that asks for minutes', 503, { 'content-type': 'text/html', 'retry-after': '120' }],
  ['an answer that does not say what it is', 200, {}],
])('takes %s for no answer', async (_, status, headers) => {
  await expect(answering(status, headers as Record<string, string>)).rejects.toThrow(`HTTP ${status}`)
})

it('believes the server, but not that rows must wait for minutes', async () => {
  const json = { 'content-type': 'application/json; charset=utf-8' }
  expect((await answering(409, json)).status).toBe(409)
  expect((await answering(503, { ...json, 'retry-after': '2' })).headers.get('retry-after')).toBe('2')
  const busy = await answering(429, { ...json, 'retry-after': '60' })
  expect([busy.status, busy.headers.get('retry-after'), await busy.text()]).toEqual([429, '5', '[]'])
})
