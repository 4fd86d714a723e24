/** Pictures for the documentation: taken by tests, but only when asked for (`npm run screenshots`). */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'

const folder = process.env.HEDDLE_SCREENSHOTS

/** Whether pictures are being taken. */
export const takesPictures = folder !== undefined && folder !== ''

export async function picture(page: Page, name: string): Promise<void> {
  if (folder === undefined || folder === '') return
  mkdirSync(folder, { recursive: true })
  await page.mouse.move(0, 0)
  await page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled', caret: 'hide' })
}
