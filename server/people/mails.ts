import type { NewMail } from './outbox.ts'

/** What a mail needs of the catalogues: `Messages` has it. */
export interface Catalogues {
  readonly choose: (wanted: string | undefined) => string
  readonly translate: (language: string) => (key: string, values?: Readonly<Record<string, string>>) => string
}

export interface LinkMail {
  readonly name: string
  readonly email: string
  /** Of whoever receives it. */
  readonly locale: string
  readonly programme: string
  readonly timeZone: string
  readonly link: string
  /** ISO instant. */
  readonly until: string
  /** Whom to write back to; null before there is anybody. */
  readonly contact: { readonly name: string, readonly email: string } | null
}

/** A mail with a link, in the language of whoever receives it: who writes, what for, until when, where to ask. */
export function composeMail (messages: Catalogues, purpose: 'invitation' | 'reset', mail: LinkMail): NewMail {
  const language = messages.choose(mail.locale)
  const t = messages.translate(language)
  const values = { name: mail.name, programme: mail.programme, link: mail.link, until: saidUntil(mail.until, language, mail.timeZone) }
  const help = mail.contact === null
    ? t('people.mail.no-contact')
    : t('people.mail.contact', { contact: mail.contact.name, email: mail.contact.email })
  return {
    to: mail.email,
    subject: t(`people.mail.${purpose}.subject`, values),
    body: `${t(`people.mail.${purpose}.body`, values)}\n\n${help}\n`
  }
}

// An Intl formatter costs far more to make than to use, and a nomination list makes thousands of mails.
const formatters = new Map<string, Intl.DateTimeFormat>()

/** With the time zone: whoever reads it may be in any. */
function saidUntil (iso: string, language: string, timeZone: string): string {
  const key = `${language} ${timeZone}`
  let format = formatters.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(`${language === 'en' ? 'en-GB' : language}-u-nu-latn-ca-gregory`, {
      timeZone, day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false, timeZoneName: 'shortOffset'
    })
    formatters.set(key, format)
  }
  return format.format(new Date(iso))
}

/** A day as a mail says it: with its month in words. */
export function saidDay (iso: string, language: string, timeZone: string): string {
  const key = `day ${language} ${timeZone}`
  let format = formatters.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(`${language === 'en' ? 'en-GB' : language}-u-nu-latn-ca-gregory`, { timeZone, day: 'numeric', month: 'long', year: 'numeric' })
    formatters.set(key, format)
  }
  return format.format(new Date(iso))
}
