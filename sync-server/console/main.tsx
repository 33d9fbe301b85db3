import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { applyLocale, chosenLocale } from '../../ui-kit/i18n/locale.ts'
import { applyTheme, keptScale, keptTheme, showScale } from '../../ui-kit/theme.ts'
import { App } from './app.tsx'
import './styles.css'

const root = document.documentElement
applyTheme(root, localStorage, keptTheme(localStorage))
showScale(root, keptScale(localStorage, window.innerWidth))
applyLocale(root, localStorage, chosenLocale(localStorage, navigator.languages))

const place = document.getElementById('console')
if (!place) throw new Error('index.html has no place for the console')
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
