/**
 * The browser's side of the printer page: shows what the server's events say, sends what the buttons ask. Plain
 * JavaScript, since the page is served as it stands, without a build.
 *
 * @typedef {{ id: number, at: string, lines: string[] }} Receipt
 * @typedef {{ open: boolean, pulses: number }} Drawer
 */

/** @type {Readonly<Record<string, string>>} */
const CONDITIONS = {
  ready: 'Ready',
  'paper-near-end': 'Paper low',
  'paper-out': 'Paper out: stopped',
  'cover-open': 'Cover open: stopped',
  offline: 'Offline: stopped',
}
const KEPT = 50

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`The page has no element #${id}`)
  return found
}

/** @param {Receipt} receipt @param {boolean} isNew */
function showReceipt(receipt, isNew) {
  const item = document.createElement('li')
  const image = document.createElement('img')
  image.src = `/receipts/${receipt.id}.svg`
  image.alt = receipt.lines.filter((line) => line !== '').join('\n')
  const caption = document.createElement('p')
  caption.textContent = `No. ${receipt.id} · ${new Date(receipt.at).toLocaleTimeString()}`
  item.append(image, caption)
  if (isNew) item.classList.add('new')
  const paper = element('paper')
  paper.prepend(item)
  while (paper.children.length > KEPT) paper.lastElementChild?.remove()
  element('empty').hidden = true
  if (isNew) window.scrollTo({ top: 0 })
}

/** @param {string} state */
function showCondition(state) {
  element('condition').dataset.state = state
  element('condition-text').textContent = CONDITIONS[state] ?? state
  for (const button of document.querySelectorAll('[data-condition]')) {
    button.setAttribute('aria-pressed', String(button.getAttribute('data-condition') === state))
  }
}

/** @param {Drawer} drawer */
function showDrawer({ open, pulses }) {
  element('drawer').dataset.open = String(open)
  element('drawer-state').dataset.state = open ? 'open' : 'closed'
  const times = pulses === 1 ? 'opened once' : `opened ${pulses} times`
  element('drawer-text').textContent = open ? 'Open' : 'Closed'
  element('drawer-count').textContent = pulses > 0 ? times : 'not opened yet'
  element('close-drawer').toggleAttribute('disabled', !open)
}

/** @param {string} path @param {unknown} body */
async function send(path, body) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(path, init).catch(() => null)
  if (response?.ok !== true)
    element('line').textContent = 'The emulator did not take that. Is it still running?'
}

const events = new EventSource('/events')
/** @param {string} name @param {(data: any) => void} show */
const on = (name, show) => events.addEventListener(name, (event) => show(JSON.parse(event.data)))

on('snapshot', ({ condition, drawer, receipts }) => {
  element('paper').replaceChildren()
  element('empty').hidden = receipts.length > 0
  for (const receipt of receipts) showReceipt(receipt, false)
  showCondition(condition)
  showDrawer(drawer)
  element('line').textContent = ''
})
on('receipt', (receipt) => showReceipt(receipt, true))
on('condition', showCondition)
on('drawer', showDrawer)
events.addEventListener('error', () => {
  element('line').textContent =
    'The emulator has stopped. This page shows its last state and reconnects by itself.'
})

for (const button of document.querySelectorAll('[data-condition]')) {
  button.addEventListener('click', () => send('/condition', { state: button.getAttribute('data-condition') }))
}
element('close-drawer').addEventListener('click', () => send('/drawer/close', {}))
