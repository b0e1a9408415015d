/* The preview beside a lesson, drawn by the server as it will be published; buttons that write Markdown; and a warning
   before what is not saved is left. Without script the Preview button does the first. */
const editor = document.querySelector('.editor[data-preview]')
const body = document.querySelector('#body')
const title = document.querySelector('#lesson-title')
const form = document.querySelector('#lesson')
const token = document.querySelector('meta[name=csrf]')?.content ?? ''

if (editor && body && title && form) {
  let shown = 0
  let asked = 0
  let timer

  async function preview () {
    const mine = ++asked
    const fields = new URLSearchParams({ title: title.value, body: body.value, language: editor.dataset.language })
    try {
      const answer = await fetch(editor.dataset.preview, { method: 'POST', body: fields, headers: { accept: 'application/json', 'x-csrf-token': token } })
      if (!answer.ok || mine < shown) return
      shown = mine
      const { html, minutes, problems } = await answer.json()
      const pane = document.querySelector('.editor-preview')
      const at = pane.scrollTop
      document.querySelector('#preview').innerHTML = html
      document.querySelector('#preview-heading').textContent = title.value
      document.querySelector('#minutes').textContent = minutes
      const list = document.createElement('ul')
      list.className = 'findings'
      for (const { text, line } of problems) {
        const item = document.createElement('li')
        item.dir = 'auto'
        item.textContent = text
        item.dataset.line = line
        list.append(item)
      }
      document.querySelector('#lesson-problems').replaceChildren(...problems.length > 0 ? [list] : [])
      pane.scrollTop = at
    } catch {
      // No connection: the text stays in the form, and the preview as it was.
    }
  }
  const soon = () => { clearTimeout(timer); timer = setTimeout(preview, 250) }
  body.addEventListener('input', soon)
  title.addEventListener('input', soon)

  // On a slow line somebody has typed before this file came.
  if (body.value !== body.defaultValue || title.value !== title.defaultValue) soon()

  let left = false
  const isChanged = () => body.value !== body.defaultValue || title.value !== title.defaultValue
  form.addEventListener('submit', () => { left = true })
  addEventListener('beforeunload', (event) => { if (!left && isChanged()) event.preventDefault() })
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') { event.preventDefault(); form.requestSubmit(form.querySelector('button[value=save]')) }
  })

  /** Puts text in place of what is selected, as typing does, so that it can be undone. */
  function write (text, from = body.selectionStart, to = body.selectionEnd) {
    body.focus()
    body.setSelectionRange(from, to)
    if (!document.execCommand('insertText', false, text)) body.setRangeText(text, from, to, 'end')
    body.dispatchEvent(new Event('input'))
  }
  function around (mark, end = mark) {
    const { selectionStart: from, selectionEnd: to } = body
    const chosen = body.value.slice(from, to)
    write(mark + chosen + end)
    body.setSelectionRange(from + mark.length, from + mark.length + chosen.length)
  }
  function lines (mark) {
    const from = body.value.lastIndexOf('\n', body.selectionStart - 1) + 1
    const to = body.selectionEnd
    write(body.value.slice(from, to).split('\n').map((line, index) => mark(index) + line).join('\n'), from, to)
  }
  function block (text) {
    const before = body.value.slice(0, body.selectionStart)
    write(`${before === '' || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n'}${text}\n\n`)
  }
  const tools = {
    heading: () => lines(() => '## '),
    bold: () => around('**'),
    italic: () => around('*'),
    list: () => lines(() => '- '),
    steps: () => lines((index) => `${index + 1}. `),
    quote: () => lines(() => '> '),
    link: () => around('[', '](https://)'),
    table: (button) => { const head = button.dataset.head; block(`| ${head} | ${head} |\n| --- | --- |\n|  |  |`) }
  }
  for (const button of document.querySelectorAll('[data-tool]')) button.addEventListener('click', () => { tools[button.dataset.tool]?.(button) })
  for (const button of document.querySelectorAll('[data-insert]')) button.addEventListener('click', () => { block(button.dataset.insert) })
  document.querySelector('#video')?.addEventListener('submit', (event) => {
    event.preventDefault()
    const words = document.querySelector('#video-words')
    const href = document.querySelector('#video-href')
    block(`[${words.value.replace(/[[\]]/g, '')}](${href.value} "video")`)
    words.value = href.value = ''
  })

  const line = Number(new URL(location.href).searchParams.get('line'))
  document.querySelector('#lesson-problems').addEventListener('click', (event) => { const item = event.target.closest('[data-line]'); if (item) go(Number(item.dataset.line)) })
  function go (to) {
    const from = body.value.split('\n').slice(0, to - 1).join('\n').length + (to > 1 ? 1 : 0)
    body.focus()
    body.setSelectionRange(from, from)
  }
  if (line > 0) document.querySelector('#lesson-problems [data-line]') ? go(Number(document.querySelector('#lesson-problems [data-line]').dataset.line)) : body.focus()
}
