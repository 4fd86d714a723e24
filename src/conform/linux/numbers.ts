/** Numbers of the x86-64 Linux ABI. Source: the uapi headers of Linux 6.18. */

/** System calls. */
export const NR = {
  read: 0,
  write: 1,
  open: 2,
  close: 3,
  fstat: 5,
  mmap: 9,
  munmap: 11,
  rt_sigprocmask: 14,
  ioctl: 16,
  pread64: 17,
  pwrite64: 18,
  msync: 26,
  mincore: 27,
  madvise: 28,
  getpid: 39,
  exit: 60,
  wait4: 61,
  flock: 73,
  fsync: 74,
  fdatasync: 75,
  ftruncate: 77,
  prctl: 157,
  mount: 165,
  umount2: 166,
  swapon: 167,
  swapoff: 168,
  gettid: 186,
  sched_setaffinity: 203,
  sched_getaffinity: 204,
  fadvise64: 221,
  sync_file_range: 277,
  fallocate: 285,
  pipe2: 293,
  preadv2: 327,
  cachestat: 451,
} as const

export type SystemCall = keyof typeof NR

export const O = { RDONLY: 0, WRONLY: 1, RDWR: 2, CREAT: 0o100, TRUNC: 0o1000, DIRECT: 0o40000, CLOEXEC: 0o2000000 } as const
export const PROT = { NONE: 0, READ: 1, WRITE: 2, EXEC: 4 } as const
export const MAP = { SHARED: 1, PRIVATE: 2, FIXED: 0x10, ANONYMOUS: 0x20, POPULATE: 0x8000, FIXED_NOREPLACE: 0x100000 } as const
export const MADV = { WILLNEED: 3, DONTNEED: 4, FREE: 8, COLD: 20, PAGEOUT: 21 } as const
export const MS = { ASYNC: 1, INVALIDATE: 2, SYNC: 4 } as const
export const FALLOC = { KEEP_SIZE: 1, PUNCH_HOLE: 2, COLLAPSE_RANGE: 8, ZERO_RANGE: 0x10, INSERT_RANGE: 0x20 } as const
export const FADV = { NORMAL: 0, RANDOM: 1, WILLNEED: 3, DONTNEED: 4 } as const
export const SYNC_FILE_RANGE = { WAIT_BEFORE: 1, WRITE: 2, WAIT_AFTER: 4 } as const
export const RWF_NOWAIT = 8
export const CLONE = { VM: 0x100, FS: 0x200, FILES: 0x400 } as const
export const LOCK = { EX: 2, NB: 4 } as const
export const EAGAIN = -11
export const WALL = 0x40000000
export const FS_IOC = { FIEMAP: 0xc020660b, FSGETXATTR: 0x801c581f, FSSETXATTR: 0x401c5820 } as const
export const FS_XFLAG_DAX = 0x8000

/** Error numbers that the tests meet. */
const ERRNO: Readonly<Record<number, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  4: 'EINTR',
  5: 'EIO',
  9: 'EBADF',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  14: 'EFAULT',
  16: 'EBUSY',
  17: 'EEXIST',
  19: 'ENODEV',
  22: 'EINVAL',
  26: 'ETXTBSY',
  27: 'EFBIG',
  28: 'ENOSPC',
  38: 'ENOSYS',
  95: 'EOPNOTSUPP',
}

export const EFAULT = -14

/** `-EINVAL` for -22, the number itself for one that is no error. */
export function resultText(result: number): string {
  return result >= 0 ? String(result) : `-${ERRNO[-result] ?? -result}`
}
