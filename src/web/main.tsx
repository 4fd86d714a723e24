/** Entry of the page. */
import { render } from 'preact'
import './styles/base.css'
import './styles/shell.css'
import './shell/theme.js'
import { App } from './shell/app.js'

const root = document.getElementById('app')
if (root !== null) render(<App />, root)
