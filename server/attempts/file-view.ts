import type { Translate } from '../http/messages.ts'
import { formatNumber } from '../http/pages.ts'
import { MAX_ATTEMPT_BYTES, mostBytes, type FileFault, type FilesControl } from './file-rules.ts'
import type { Given, Shown } from './shown.ts'

const FAULTS: readonly FileFault[] = ['empty', 'too-large', 'too-many', 'type', 'content', 'program', 'attempt-full']

/** @see templates/attempts/controls/files.hbs */
export function filesView (controls: FilesControl, given: Given, { slot, open, t, language, fileAt, addAt }: Shown): object {
  const { types, maxFiles } = controls
  const most = mostBytes(controls)
  const files = (given.files ?? []).map(({ id, name }) => ({ id, name, size: fileAt(id).size, href: fileAt(id).href }))
  const hint = t('files.limits', { files: maxFiles, size: sizeWords(most, t, language) })
  return {
    id: `q${slot}`,
    files,
    room: files.length < maxFiles,
    many: maxFiles > 1,
    // A camera is offered where a photograph may answer; a phone then offers its own.
    camera: types.length === 0 || types.includes('image/*') || types.includes('image/jpeg') || types.includes('.jpg'),
    accept: types.join(','),
    limits: types.length === 0 ? hint : `${hint} ${t('files.types', { types: types.map((type) => typeWords(type, t)).join(t('files.comma')) })}`,
    maxFiles: String(maxFiles),
    maxBytes: String(most),
    addAt,
    // For the script, which says the same of a file before it is sent.
    words: open
      ? JSON.stringify({
          ...Object.fromEntries(FAULTS.map((fault) => [fault, fileWords({ reason: fault, name: '%', maxBytes: most, maxFiles }, t, language)])),
          sending: t('files.sending', { percent: '%' }), again: t('files.again'), lost: t('attempts.signed-out'), refused: t('refusal.file-refused'),
          mb: t('files.megabytes', { size: '%' }), kb: t('files.kilobytes', { size: '%' }), remove: t('files.remove-named', { name: '%' })
        })
      : ''
  }
}

/** Why a file was not taken, in the reader's words. */
export function fileWords ({ reason, name, maxBytes, maxFiles }: { readonly reason: FileFault, readonly name: string, readonly maxBytes: number, readonly maxFiles: number }, t: Translate, language: string): string {
  return t(`files.refused.${reason}`, { name, size: sizeWords(reason === 'attempt-full' ? MAX_ATTEMPT_BYTES : maxBytes, t, language), files: maxFiles })
}

export function sizeWords (bytes: number, t: Translate, language: string): string {
  const megabytes = bytes / 1024 / 1024
  return megabytes >= 1
    ? t('files.megabytes', { size: formatNumber(Math.round(megabytes * 10) / 10, language) })
    : t('files.kilobytes', { size: formatNumber(Math.max(1, Math.round(bytes / 1024)), language) })
}

/** `image/*` as people say it; `.pdf` and other types as they are. */
function typeWords (type: string, t: Translate): string {
  return type === 'image/*' || type === 'video/*' || type === 'audio/*' ? t(`files.type.${type.slice(0, 5)}`) : type.startsWith('.') ? type.slice(1).toUpperCase() : type.slice(type.indexOf('/') + 1)
}
