/* Puts a chosen file into the text field, so that it can be read and corrected before it is sent. A workbook is read by the
   server, which sends back the text of its first sheet. Without script the field is filled by pasting. */
const field = document.querySelector('textarea[name=csv]')
const chooser = document.querySelector('input[type=file][data-fills=csv]')

/** @param {File} file */
async function textOf (file) {
  const bytes = new Uint8Array(await file.arrayBuffer())
  // A workbook is a zip.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && chooser.dataset.table) {
    const answer = await fetch(chooser.dataset.table, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'x-csrf-token': chooser.dataset.csrf ?? '', accept: 'application/json' },
      body: bytes
    })
    const read = await answer.json()
    if (!answer.ok) throw new Error((read.problems ?? []).map(({ message }) => message).join('; ') || read.title)
    return read.text
  }
  // Spreadsheets save "Unicode text" as UTF-16 with a byte order mark.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}

if (field && chooser) {
  document.documentElement.classList.add('js')
  const take = async () => {
    const [file] = chooser.files
    if (!file) return
    try {
      field.value = await textOf(file)
      chooser.setCustomValidity('')
      field.focus()
      field.setSelectionRange(0, 0)
    } catch (error) {
      chooser.setCustomValidity(String(error.message ?? error))
      chooser.reportValidity()
      chooser.value = ''
      chooser.addEventListener('click', () => { chooser.setCustomValidity('') }, { once: true })
    }
  }
  chooser.addEventListener('change', take)
  // Chosen before this ran.
  if (field.value === '') void take()
}
