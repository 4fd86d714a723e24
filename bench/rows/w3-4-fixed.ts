import { writeback } from '../programs/writeback.js'

export default writeback(4, true)
