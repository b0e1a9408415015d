import type { Translate } from '../http/messages.ts'
import { countWords, type Controls } from '../quiz/quiz.ts'
import { filesView } from './file-view.ts'
import { gapsView, tokensView, wordsView } from './gap-controls.ts'
import { dropsView, pointsView } from './picture-controls.ts'
import { plain, type Given, type PartState, type Shown } from './shown.ts'

/** Controls of one field, which the prompt itself labels. */
export function isOneField ({ control }: Controls): boolean {
  return control === 'line' || control === 'range' || control === 'essay'
}

/** A control for its partial: field names, what is filled in, and after marking which parts were right. */
export function controlView (controls: Controls, shown: Shown): object {
  const { slot, open, review, parts, t } = shown
  const given = (shown.answer ?? {}) as Given
  const right = shown.right as Given | null
  const name = `q${slot}`
  const common = { name, slot: String(slot), disabled: !open }
  switch (controls.control) {
    case 'choices': {
      const one = controls.maxChoices === 1
      return {
        ...common,
        type: one ? 'radio' : 'checkbox',
        most: controls.maxChoices > 1 ? t('attempts.choose-up-to', { count: controls.maxChoices }) : '',
        maxChoices: String(controls.maxChoices),
        options: controls.options.map(({ key, text }) => {
          const checked = given.choices?.includes(key) ?? false
          return { key, text, checked, state: optionState(checked, right?.choices?.includes(key), review) }
        })
      }
    }
    case 'verdicts': {
      const { labels } = controls
      return {
        ...common,
        statements: controls.statements.map(({ key, text }) => ({
          text,
          name: `${name}.${key}`,
          options: [true, false].map((verdict, index) => {
            const checked = given.verdicts?.[key] === verdict
            const state = right?.verdicts === undefined ? checked ? parts.get(key) ?? '' : '' : optionState(checked, right.verdicts[key] === verdict, review)
            return { key: String(verdict), text: labels[index], checked, state }
          })
        }))
      }
    }
    case 'pairs':
      return {
        ...common,
        empty: t('attempts.choose'),
        stems: controls.stems.map(({ key, text }) => stemView(key, text, controls.choices, given.pairs?.[key], right?.pairs, shown))
      }
    case 'groups':
      return {
        ...common,
        empty: t('attempts.choose-or-leave'),
        stems: controls.items.map(({ key, text }) => stemView(key, text, controls.categories, given.groups?.[key] === '' ? undefined : given.groups?.[key], right?.groups, shown))
      }
    case 'sequence': {
      const order = given.order ?? []
      const placed = order.flatMap((key) => controls.items.filter((item) => item.key === key))
      const items = [...placed, ...controls.items.filter((item) => !order.includes(item.key))]
      return {
        ...common,
        items: items.map(({ key, text }, index) => ({
          id: `${name}-${key}`,
          name: `${name}.${key}`,
          key,
          text,
          label: t('attempts.position-of', { item: plain(text as string) }),
          state: right?.order === undefined ? '' : right.order[index] === key ? 'right' : 'wrong',
          positions: controls.items.map((_, at) => ({ position: String(at + 1), selected: order.indexOf(key) === at }))
        }))
      }
    }
    case 'line': {
      const units = (controls.units ?? []) as readonly string[]
      // A unit may have been chosen in another language.
      const known = given.unit === undefined || given.unit === '' || units.includes(given.unit) ? units : [...units, given.unit]
      return {
        ...common,
        value: given.text ?? '',
        mode: controls.input === 'numeric' ? 'decimal' : 'text',
        maxLength: String(controls.maxLength),
        unit: controls.unit === undefined ? '' : controls.unit as string,
        units: known.map((unit) => ({ unit, selected: unit === given.unit }))
      }
    }
    case 'range':
      return {
        ...common,
        value: given.value === undefined ? '' : String(given.value),
        min: String(controls.min),
        max: String(controls.max),
        step: String(controls.step),
        middle: String(given.value ?? controls.min + Math.round((controls.max - controls.min) / controls.step / 2) * controls.step),
        scale: t('attempts.scale', { min: controls.min, max: controls.max }),
        unit: controls.unit === undefined ? '' : controls.unit as string
      }
    case 'essay': {
      const template = controls.template as string | undefined
      const text = given.text ?? (open ? template ?? '' : '')
      return {
        ...common,
        text,
        template: template ?? '',
        lines: String(controls.lines),
        maxLength: String(controls.maxLength),
        limits: wordLimits(controls.minWords, controls.maxWords, t),
        counted: String(countWords(text))
      }
    }
    case 'scenario': {
      const { passed, node, end } = controls
      return {
        ...common,
        passed: passed.map(({ text, choice, feedback }, index) => ({ number: String(index + 1), text, choice, feedback: feedback ?? '' })),
        at: String(passed.length),
        path: JSON.stringify(given.path ?? []),
        node: node?.text ?? '',
        options: open && node !== null ? node.choices : [],
        end: end ?? '',
        ended: node === null || node.choices.length === 0
      }
    }
    case 'gaps': return { ...common, ...gapsView(controls, given, shown) }
    case 'words': return { ...common, ...wordsView(controls, given, shown) }
    case 'tokens': return { ...common, ...tokensView(controls, given, right, shown) }
    case 'none': return common
    case 'points': return { ...common, ...pointsView(controls, given, right, shown) }
    case 'drops': return { ...common, ...dropsView(controls, given, shown) }
    case 'files': return { ...common, ...filesView(controls, given, shown) }
  }
}

function stemView (key: string, text: unknown, choices: ReadonlyArray<{ readonly key: string, readonly text: unknown }>, given: string | undefined, right: Readonly<Record<string, string>> | undefined, { slot, open, parts }: Shown): object {
  return {
    id: `q${slot}-${key}`,
    name: `q${slot}.${key}`,
    text,
    state: parts.get(key) ?? (right === undefined ? '' : right[key] === given ? 'right' : 'wrong'),
    answered: given !== undefined,
    // A review says what was chosen, and not among what.
    choices: choices.filter(({ key }) => open || given === key).map((choice) => ({ key: choice.key, text: plain(choice.text as string), selected: given === choice.key }))
  }
}

function optionState (checked: boolean, right: boolean | undefined, review: Shown['review']): PartState {
  if (right === undefined) {
    // The right answer is withheld; what was chosen may still be shown as what it was.
    return checked && (review.state === 'right' || review.state === 'wrong') && review.mark !== undefined ? review.state : ''
  }
  return right ? 'right' : checked ? 'wrong' : ''
}

function wordLimits (min: number | undefined, max: number | undefined, t: Translate): string {
  if (min !== undefined && max !== undefined) return t('attempts.words-between', { min, max })
  if (max !== undefined) return t('attempts.words-at-most', { max })
  return min === undefined ? '' : t('attempts.words-at-least', { min })
}
