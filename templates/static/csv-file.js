/* Puts a chosen file into the text field, so that it can be read and corrected before it is sent.
   Without script the field is filled by pasting. */
const field = document.querySelector('textarea[name=csv]')
const chooser = document.querySelector('input[type=file][data-fills=csv]')

if (field && chooser) {
  document.documentElement.classList.add('js')
  chooser.addEventListener('change', async () => {
    const [file] = chooser.files
    if (!file) return
    const bytes = new Uint8Array(await file.arrayBuffer())
    // Spreadsheets save "Unicode text" as UTF-16 with a byte order mark.
    const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
    field.value = new TextDecoder(encoding).decode(bytes)
    field.focus()
    field.setSelectionRange(0, 0)
  })
}
