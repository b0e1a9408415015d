import type { Controls } from '../quiz/quiz.ts'
import { plain, type Given, type PartState, type Shown } from './shown.ts'

type Of<Name extends Controls['control']> = Extract<Controls, { control: Name }>

/** A text cut at its gaps: HTML, and the gap that follows it; the last has none. */
interface Piece {
  readonly html: string
  readonly gap?: object
}

/** Marks inside a tag, such as the name of a table, are no gaps. */
const TAG_OR_MARK = /<[^>]*>|\{\{([^{}]*)\}\}/g

/** Puts gaps where a text has their marks.
 * @example
 * piecesOf('<p>A {{who}} moves money.</p>', who)   // [{ html: '<p>A ', gap }, { html: ' moves money.</p>' }] */
function piecesOf (html: string, gapOf: (key: string) => object | undefined): Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const found of html.matchAll(TAG_OR_MARK)) {
    const gap = found[1] === undefined ? undefined : gapOf(found[1])
    if (gap === undefined) continue
    pieces.push({ html: html.slice(from, found.index), gap })
    from = found.index + found[0].length
  }
  return [...pieces, { html: html.slice(from) }]
}

/** What a gap has whatever fills it. @param reads what was filled in, in words */
function gapView (key: string, number: number, reads: string, { slot, parts, t }: Shown): object {
  const state = parts.get(key) ?? ''
  return {
    id: `q${slot}-${key}`,
    name: `q${slot}.${key}`,
    label: t('attempts.gap', { number }),
    reads,
    state,
    stateWords: state === '' ? '' : t(`attempts.state.${STATE_NAMES[state]}`)
  }
}

const STATE_NAMES: Readonly<Record<Exclude<PartState, ''>, string>> = { right: 'right', partly: 'partly-right', wrong: 'wrong', open: 'not-answered' }

/** @see templates/attempts/controls/gaps.hbs */
export function gapsView (controls: Of<'gaps'>, given: Given, shown: Shown): object {
  const lists = new Map<string, string>()
  const numbers = new Map(controls.gaps.map(({ key }, index) => [key, index + 1]))
  const pieces = piecesOf(controls.text as string, (key) => {
    const gap = controls.gaps.find((gap) => gap.key === key)
    if (gap === undefined) return undefined
    const filled = given.gaps?.[key] ?? ''
    const options = (gap.options ?? []).map((option) => ({ key: option.key, text: option.text, plain: plain(option.text as string), selected: option.key === filled }))
    const reads = gap.input === 'select' ? options.find(({ selected }) => selected)?.plain ?? '' : filled
    const across = gap.input === 'select' && (gap.layout === 'row' || gap.layout === 'column')
    return {
      ...gapView(key, numbers.get(key) ?? 0, reads, shown),
      value: filled,
      menu: gap.input === 'select' && !across,
      radios: across,
      column: gap.layout === 'column',
      mode: gap.input === 'numeric' ? 'decimal' : 'text',
      short: gap.input === 'numeric',
      maxLength: String(gap.maxLength ?? 500),
      list: gap.suggestions === undefined ? '' : listOf(gap.suggestions),
      options
    }
  })
  return { control: 'gaps', pieces, lists: [...lists].map(([suggestions, id]) => ({ id, suggestions: JSON.parse(suggestions) as unknown })) }

  // A list that several gaps share is sent once.
  function listOf (suggestions: readonly string[]): string {
    const name = JSON.stringify(suggestions)
    const id = lists.get(name) ?? `q${shown.slot}-list-${lists.size + 1}`
    lists.set(name, id)
    return id
  }
}

/** @see templates/attempts/controls/words.hbs */
export function wordsView (controls: Of<'words'>, given: Given, shown: Shown): object {
  const numbers = new Map(controls.gaps.map(({ key }, index) => [key, index + 1]))
  return {
    pieces: piecesOf(controls.text as string, (key) => {
      const gap = controls.gaps.find((gap) => gap.key === key)
      if (gap === undefined) return undefined
      const filled = given.gaps?.[key] ?? ''
      const options = controls.choices.filter(({ group }) => group === gap.group)
        .map((choice) => ({ key: choice.key, plain: plain(choice.text as string), selected: choice.key === filled }))
      return {
        ...gapView(key, numbers.get(key) ?? 0, options.find(({ selected }) => selected)?.plain ?? '', shown),
        menu: true,
        group: String(gap.group),
        options
      }
    }),
    bank: shown.open ? controls.choices.map(({ key, text, group, reusable }) => ({ key, text, group: String(group), reusable })) : []
  }
}

/** @see templates/attempts/controls/tokens.hbs */
export function tokensView (controls: Of<'tokens'>, given: Given, right: Given | null, { parts, t }: Shown): object {
  // A part is an error, named by its words: `t3 t4`.
  const errors = new Map([...parts].flatMap(([key, state]) => key.split(' ').map((token) => [token, state] as const)))
  return {
    tokens: controls.tokens.map(({ key, text, after }) => {
      const checked = given.selected?.includes(key) ?? false
      const error = errors.get(key)
      const state = errors.size === 0 ? '' : checked ? error === undefined ? 'wrong' : error === 'right' ? 'right' : '' : error !== undefined && right !== null ? 'missed' : ''
      return {
        key, text, after, checked, state,
        stateWords: state === '' ? '' : t(state === 'missed' ? 'attempts.missed' : `attempts.state.${state}`)
      }
    })
  }
}
