/** Whether the screen is too narrow for lanes and state side by side. */
import { signal } from '@preact/signals'

const query = window.matchMedia('(max-width: 46rem)')

export const isNarrow = signal(query.matches)

query.addEventListener('change', () => {
  isNarrow.value = query.matches
})
