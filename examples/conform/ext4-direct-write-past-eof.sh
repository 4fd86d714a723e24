#!/usr/bin/env bash
# On ext4 (seen on Linux 6.18.44) bytes that were stored through a mapping behind the end of a file become file data when an
# O_DIRECT write extends the file into a later block, while the page of the old end is dirty. XFS zeroes them.
#
# Needs root, xfs_io (xfsprogs), mkfs.ext4 and mkfs.xfs. Cleans up after itself.
set -euo pipefail
work=$(mktemp -d)
trap 'umount "$work/mnt" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/mnt"

byte() { od -An -tx1 -j1024 -N1 "$1" | tr -d ' '; }

try() { # file system, name, arguments of the xfs_io that extends the file
  local fs=$1 name=$2 file=$work/mnt/file
  shift 2
  rm -f "$file"
  xfs_io -f -c 'pwrite -q -S 0x61 0 512' -c fsync "$file"              # 512 bytes of data, clean
  xfs_io -c 'mmap -rw 0 4096' -c 'mwrite -S 0x99 1024 512' "$file"     # a store behind the end, in the same page
  xfs_io "$@" "$file"
  local cached disk
  cached=$(byte "$file")
  xfs_io -c fsync -c 'fadvise -d 0 0' "$file"
  disk=$(byte "$file")
  printf '%-5s %-28s byte 1024 is %s in the cache, %s on disk%s\n' "$fs" "$name" "$cached" "$disk" \
    "$([ "$cached$disk" = 0000 ] || echo '   <-- was never written to the file')"
}

for fs in ext4 xfs; do
  truncate -s 320M "$work/image"
  case $fs in
    ext4) mkfs.ext4 -q -F -b 4096 "$work/image" ;;
    xfs) mkfs.xfs -q -f "$work/image" ;;
  esac
  mount -o loop "$work/image" "$work/mnt"
  try $fs 'O_DIRECT write, next block' -d -c 'pwrite -q -S 0x62 4096 4096'
  try $fs 'buffered write, next block' -c 'pwrite -q -S 0x62 4096 4096'
  try $fs 'truncate' -c 'truncate 8192'
  umount "$work/mnt"
  rm "$work/image"
done
