export const EBADF = -9
export const ENOMEM = -12
export const EFAULT = -14
export const EINVAL = -22
export const EOPNOTSUPP = -95
