import type { Controls, ItemImage, Option, Text } from '../quiz/quiz.ts'

/** How texts are put into the reader's language: as a line of safe HTML, as paragraphs of it, or as they are. */
export interface Wording {
  readonly html: (text: Text) => string
  readonly block: (text: Text) => string
  readonly plainly: (text: Text) => string
  /** Where a picture of the course is found, and its size. */
  readonly picture: (src: string) => Pick<ItemImage, 'src' | 'width' | 'height'>
}

/** A control with every text in the reader's language. */
export function localised (controls: Controls, { html, block, plainly, picture }: Wording): Controls {
  const named = <T extends { readonly text: Text }>(from: T): T => ({ ...from, text: html(from.text) })
  const options = (from: readonly Option[]): Option[] => from.map(named)
  const unit = (from: { readonly unit?: Text }): { unit?: Text } => from.unit === undefined ? {} : { unit: html(from.unit) }
  const image = <T extends { readonly src: string, readonly alt: Text }>(from: T): T => ({ ...from, ...picture(from.src), alt: plainly(from.alt) })
  const labelled = <T extends { readonly label?: Text }>(from: T): T => from.label === undefined ? from : { ...from, label: plainly(from.label) }
  switch (controls.control) {
    case 'choices': return { ...controls, options: options(controls.options) }
    case 'pairs': return { ...controls, stems: options(controls.stems), choices: options(controls.choices) }
    case 'sequence': return { ...controls, items: options(controls.items) }
    case 'line': return { ...controls, ...unit(controls), ...controls.units !== undefined && { units: controls.units.map(plainly) } }
    case 'verdicts': {
      const { labels } = controls
      return { ...controls, statements: options(controls.statements), labels: [html(labels[0]), html(labels[1])] }
    }
    case 'groups': return { ...controls, items: options(controls.items), categories: options(controls.categories) }
    case 'gaps':
      return {
        ...controls,
        text: block(controls.text),
        gaps: controls.gaps.map((gap) => gap.options === undefined ? gap : { ...gap, options: options(gap.options) })
      }
    case 'words': return { ...controls, text: block(controls.text), choices: controls.choices.map(named) }
    case 'points': return { ...controls, image: image(controls.image), areas: controls.areas.map(labelled) }
    case 'drops':
      return {
        ...controls,
        image: image(controls.image),
        zones: controls.zones.map(labelled),
        items: controls.items.map((item) => ({
          key: item.key,
          ...item.text !== undefined && { text: html(item.text) },
          ...item.image !== undefined && { image: image(item.image) }
        }))
      }
    case 'range': return { ...controls, ...unit(controls) }
    case 'essay': return controls.template === undefined ? controls : { ...controls, template: plainly(controls.template) }
    case 'scenario':
      return {
        ...controls,
        passed: controls.passed.map(({ text, choice, feedback }) => ({
          text: block(text), choice: html(choice), ...feedback !== undefined && { feedback: block(feedback) }
        })),
        node: controls.node === null ? null : { text: block(controls.node.text), choices: options(controls.node.choices) },
        ...controls.end !== undefined && { end: block(controls.end) }
      }
    case 'tokens': {
      // Words of every language the text is written in: those of the nearest are shown.
      const shown = plainly(Object.fromEntries(controls.tokens.map(({ language = '' }) => [language, language])))
      return { ...controls, tokens: controls.tokens.filter(({ language = '' }) => language === shown) }
    }
    case 'files': case 'none': return controls
  }
}
