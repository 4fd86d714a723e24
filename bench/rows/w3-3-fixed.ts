import { writeback } from '../programs/writeback.js'

export default writeback(3, true)
