// Points on a picture: touched, clicked, or set with the arrow keys and Enter. What is set stands in the fields below the
// picture, which do the same without this file; labelled areas are chosen among the options, or on the picture.
// @ts-check

const SVG = 'http://www.w3.org/2000/svg'

/** @param {HTMLElement} control */
export function enliven (control) {
  const plate = /** @type {HTMLElement} */ (control.querySelector('.plate'))
  const svg = /** @type {SVGSVGElement} */ (plate.querySelector('svg'))
  const areas = /** @type {NodeListOf<SVGElement>} */ (svg.querySelectorAll('.area'))
  if (areas.length > 0) enlivenAreas(control, areas)
  else enlivenPoints(control, plate, svg)
}

/** @param {HTMLElement} control @param {NodeListOf<SVGElement>} areas */
function enlivenAreas (control, areas) {
  const options = /** @type {HTMLInputElement[]} */ ([...control.querySelectorAll('.options input')])
  /** @param {SVGElement} area */
  const optionOf = area => options.find(option => option.value === area.dataset.value)
  const draw = () => { for (const area of areas) area.toggleAttribute('data-checked', optionOf(area)?.checked === true) }
  for (const area of areas) area.addEventListener('click', () => { optionOf(area)?.click() })
  control.addEventListener('input', draw)
  control.addEventListener('shown', draw)
}

/** @param {HTMLElement} control @param {HTMLElement} plate @param {SVGSVGElement} svg */
function enlivenPoints (control, plate, svg) {
  const fields = /** @type {HTMLInputElement[]} */ ([...control.querySelectorAll('.fields input')])
  const dots = /** @type {SVGGElement} */ (svg.querySelector('.dots'))
  const output = /** @type {HTMLOutputElement} */ (control.querySelector('output'))
  const { width, height } = svg.viewBox.baseVal
  const radius = Number(svg.dataset.radius)
  const cursor = document.createElementNS(SVG, 'path')
  cursor.classList.add('cursor')
  svg.append(cursor)
  let at = { x: Math.round(width / 2), y: Math.round(height / 2) }
  control.querySelector('details')?.removeAttribute('open')

  /** @param {HTMLInputElement} field */
  function pointIn (field) {
    const [x, y, ...more] = field.value.split(/[\s,;]+/).filter(part => part !== '').map(Number)
    return x === undefined || y === undefined || more.length > 0 || Number.isNaN(x + y) ? null : { x, y }
  }

  function draw () {
    dots.replaceChildren(...fields.flatMap(field => {
      const point = pointIn(field)
      if (point === null) return []
      const dot = document.createElementNS(SVG, 'circle')
      dot.classList.add('dot')
      for (const [name, value] of Object.entries({ cx: point.x, cy: point.y, r: radius })) dot.setAttribute(name, String(value))
      return [dot]
    }))
    const arm = radius * 2.5
    cursor.setAttribute('d', `M${at.x - arm} ${at.y}h${arm * 2}M${at.x} ${at.y - arm}v${arm * 2}`)
  }

  /** @param {HTMLInputElement} field @param {string} value */
  function write (field, value) {
    field.value = value
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }

  /** A point where there is one takes it away; beyond the number allowed, the last one moves. @param {{ x: number, y: number }} point */
  function set (point) {
    const near = fields.find(field => {
      const other = pointIn(field)
      return other !== null && Math.hypot(other.x - point.x, other.y - point.y) <= radius * 1.2
    })
    const free = fields.find(field => field.value.trim() === '') ?? fields.at(-1)
    if (near !== undefined && fields.length > 1) write(near, '')
    else if (free !== undefined) write(near ?? free, `${point.x}, ${point.y}`)
    output.textContent = fields.map(field => field.value).filter(value => value !== '').join('; ')
  }

  plate.addEventListener('click', event => {
    const box = svg.getBoundingClientRect()
    /** @param {number} value @param {number} most */
    const within = (value, most) => Math.max(0, Math.min(Math.round(value), most))
    at = { x: within((event.clientX - box.left) / box.width * width, width), y: within((event.clientY - box.top) / box.height * height, height) }
    set(at)
  })
  plate.addEventListener('keydown', event => {
    const step = event.shiftKey ? 1 : Math.max(1, Math.round(Math.max(width, height) / 50))
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }
    const way = ways[event.key]
    if (way !== undefined) {
      at = { x: Math.max(0, Math.min(at.x + way[0], width)), y: Math.max(0, Math.min(at.y + way[1], height)) }
      output.textContent = `${at.x}, ${at.y}`
      draw()
    } else if (event.key === 'Enter' || event.key === ' ') set(at)
    else if (event.key === 'Delete' || event.key === 'Backspace') {
      const last = fields.findLast(field => field.value.trim() !== '')
      if (last !== undefined) write(last, '')
    } else return
    event.preventDefault()
  })
  control.addEventListener('input', draw)
  control.addEventListener('shown', draw)
  draw()
}
