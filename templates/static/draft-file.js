/* Leads to the line of a problem, and shows the questions of a bank as trainees will see them while they are written. */
const text = document.querySelector('#text')
const form = document.querySelector('#file')
const editor = document.querySelector('.editor[data-questions]')
const token = document.querySelector('meta[name=csrf]')?.content ?? ''

if (text && form) {
  function go (line) {
    const lines = text.value.split('\n')
    const from = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0)
    text.focus()
    text.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0))
    text.scrollTop = Math.max(0, (line - 4) * Number.parseFloat(getComputedStyle(text).lineHeight))
  }
  for (const link of document.querySelectorAll('a[data-line]')) link.addEventListener('click', (event) => { event.preventDefault(); go(Number(link.dataset.line)) })
  if (text.dataset.line) go(Number(text.dataset.line))

  let left = false
  form.addEventListener('submit', () => { left = true })
  addEventListener('beforeunload', (event) => { if (!left && text.value !== text.defaultValue) event.preventDefault() })

  if (editor) {
    const pane = document.querySelector('#preview')
    let timer
    let asked = 0
    let shown = 0
    /** The question that is being written is the one whose key stands last above the caret. */
    const here = () => [...text.value.slice(0, text.selectionStart).matchAll(/^ *(?:- )?key: *["']?([a-z0-9-]+)/gm)].filter(({ 0: line }) => /^ {2,4}- key|^- key/.test(line)).at(-1)?.[1] ?? ''
    async function preview () {
      const mine = ++asked
      try {
        const answer = await fetch(editor.dataset.questions, { method: 'POST', body: new URLSearchParams({ text: text.value, key: here() }), headers: { accept: 'application/json', 'x-csrf-token': token } })
        if (!answer.ok || mine < shown) return
        shown = mine
        pane.innerHTML = (await answer.json()).html
      } catch {
        // No connection: the preview stays as it was.
      }
    }
    const soon = () => { clearTimeout(timer); timer = setTimeout(preview, 400) }
    for (const event of ['input', 'keyup', 'click']) text.addEventListener(event, soon)
    preview()
  }
}
