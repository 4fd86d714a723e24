import { writeback } from '../programs/writeback.js'

export default writeback(2, true)
