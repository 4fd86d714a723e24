import { lastZero } from '../programs/lastzero.js'

export default lastZero(15)
