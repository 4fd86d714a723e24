/** Light or dark: as the system says, until the user says otherwise. */
import { effect, signal } from '@preact/signals'

export type Theme = 'light' | 'dark'

const KEY = 'heddle-theme'

const system = window.matchMedia('(prefers-color-scheme: dark)')

export const theme = signal<Theme>(remembered() ?? systemTheme())

effect(() => {
  document.documentElement.dataset.theme = theme.value
})

system.addEventListener('change', () => {
  if (remembered() === null) theme.value = systemTheme()
})

export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark'
  try {
    localStorage.setItem(KEY, theme.value)
  } catch {
    // A page that may not store anything starts with the system's theme again.
  }
}

function systemTheme(): Theme {
  return system.matches ? 'dark' : 'light'
}

function remembered(): Theme | null {
  try {
    const stored = localStorage.getItem(KEY)
    return stored === 'light' || stored === 'dark' ? stored : null
  } catch {
    return null
  }
}
