import { lostUpdate } from '../programs/lost-update.js'

export default lostUpdate(3, 4)
