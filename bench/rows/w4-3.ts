import { madvFree } from '../programs/madv-free.js'

export default madvFree(3, false)
