import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import MailComposer from 'nodemailer/lib/mail-composer/index.js'

/** A mail with one attachment. */
export interface Mail {
  /** Names the mail for good: sent a second time under it, it is the same mail. */
  key: string
  from: string
  to: string
  subject: string
  text: string
  date: Date
  attachment: { filename: string; content: Buffer }
}

/** What takes mail. @throws Error when it was not taken; then it is sent again later */
export type Outbox = (mail: Mail) => Promise<void>

/** A mail as it goes over the wire (RFC 5322). */
export const mimeOf = ({ key, attachment, ...mail }: Mail): Promise<Buffer> =>
  new MailComposer({
    ...mail,
    messageId: `<${key}@pharmasaas>`,
    attachments: [{ ...attachment, contentType: 'application/pdf' }],
  })
    .compile()
    .build()

/** Mail as `.eml` files in a folder: whole or not at all, and once under each key. */
export function folderOutbox(dir: string): Outbox {
  return async (mail) => {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const path = join(dir, `${mail.key}.eml`)
    await writeFile(`${path}.part`, await mimeOf(mail), { flush: true, mode: 0o600 })
    await rename(`${path}.part`, path)
  }
}

const RESEND = 'https://api.resend.com/emails'
const PATIENCE_MS = 20_000

/** Mail by Resend, which takes each key once, however often it is asked. */
export function resendOutbox(apiKey: string, fetcher: typeof fetch = fetch): Outbox {
  return async ({ key, from, to, subject, text, attachment }) => {
    const answer = await fetcher(RESEND, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({
        from,
        to: [to],
        subject,
        text,
        attachments: [{ filename: attachment.filename, content: attachment.content.toString('base64') }],
      }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    if (answer.ok) return
    const why = (await answer.text()).slice(0, 200)
    throw new Error(`Resend did not take the mail (${answer.status}): ${why}`)
  }
}
