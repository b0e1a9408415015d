import type { PageView } from '../http/app-type.ts'
import { escapeHtml } from '../http/pages.ts'
import { fill, fixed, hole, type Fixed, type Frame, type Piece } from '../http/splice.ts'
import { makeRecent } from '../recent.ts'
import type { QuestionView } from './views.ts'

/** What renders templates for one reader: a reply. */
export interface Press {
  readonly pageFrame: (template: string, view: PageView) => Frame
  readonly partFrame: (template: string, view: object) => Frame
  readonly part: (template: string, view: object) => string
}

/** A question put together from parts rendered before: around its control, and each item of that. A part is known by all that its
 * template is given, so that it can be no other than what would be rendered. Views with a form in them are not for this: its token
 * is one reader's alone. */
export type QuestionParts = (view: QuestionView, language: string, press: Press) => readonly Piece[]

/** Controls that are lists, and the template of an item. A list that stands open in the drawn order of something else is hardly
 * ever the same twice; in a review it is. */
const LISTS: Readonly<Record<string, { readonly name: string, readonly item: string, readonly whenOpen: boolean }>> = {
  'attempts/controls/choices': { name: 'options', item: 'attempts/controls/choice', whenOpen: true },
  'attempts/controls/sequence': { name: 'items', item: 'attempts/controls/place', whenOpen: true },
  'attempts/controls/pairs': { name: 'stems', item: 'attempts/controls/stem', whenOpen: false },
  'attempts/controls/groups': { name: 'stems', item: 'attempts/controls/stem', whenOpen: false }
}

/** How many parts are kept: those of some thousand questions at their places on papers. */
const KEPT_FRAMES = 4000
const KEPT_ITEMS = 30_000
const KEPT_WHOLES = 2000

/** One for each app: its parts have the app's addresses in them. */
export function makeQuestionParts (): QuestionParts {
  const frames = makeRecent<Frame>(KEPT_FRAMES)
  const items = makeRecent<Fixed>(KEPT_ITEMS)
  // By their own text, compressed like the others: seen again while the answer stays the same.
  const wholes = makeRecent<Fixed>(KEPT_WHOLES)

  return (view, language, press) => {
    const list = LISTS[view.partial]
    const isLine = view.partial === 'attempts/controls/line'
    const control = view.control as Readonly<Record<string, unknown>>
    // A comment, or a text of many words, is one trainee's own.
    if ((list === undefined && !isLine) || (list?.whenOpen === false && control['disabled'] !== true) || view.comment !== '') {
      const html = press.part('attempts/question', view)
      return [wholes.get(html) ?? wholes.keep(html, fixed(html))]
    }
    const around = { ...control, ...list === undefined ? { value: hole('value') } : { [list.name]: [], rendered: hole('items') } }
    const shown = { ...view, seq: hole('seq'), summary: '', control: around }
    const name = `${language} ${JSON.stringify(shown)}`
    const frame = frames.get(name) ?? frames.keep(name, press.partFrame('attempts/question', shown))
    const common = list === undefined ? null : { ...control, [list.name]: undefined }
    const rendered = common === null || list === undefined ? [] : (control[list.name] as readonly object[]).map((item) => {
      const given = { ...common, ...item }
      const name = `${language} ${list.item} ${JSON.stringify(given)}`
      return items.get(name) ?? items.keep(name, fixed(press.part(list.item, given)))
    })
    return fill(frame, { seq: view.seq, value: escapeHtml(isLine ? String(control['value']) : ''), items: rendered })
  }
}
