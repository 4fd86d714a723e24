import { lostUpdate } from '../programs/lost-update.js'

export default lostUpdate(4, 4)
