"""Numbers of the Linux system calls that a sandboxed child may lose, on x86_64 and aarch64.

From Linux arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h;
tests/unit/sandbox/test_seccomp.py compares them with those of libseccomp.
"""

Numbers = tuple[int, int | None]
"""Of one call, on x86_64 and on aarch64; None where the architecture never had it."""


def table(text: str) -> dict[str, Numbers]:
    """Calls by name, from rows of a name and its numbers on x86_64 and aarch64; a dash where there is none."""
    rows = [row.split() for row in text.replace(",", "\n").strip().splitlines()]
    return {name: (int(x86), None if arm == "-" else int(arm)) for name, x86, arm in rows}


NETWORK = table("""
    socket 41 198, socketpair 53 199, connect 42 203, bind 49 200, listen 50 201, accept 43 202, accept4 288 242
    sendto 44 206, sendmsg 46 211, sendmmsg 307 269, recvfrom 45 207, recvmsg 47 212, recvmmsg 299 243
    io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427
""")
"""Sockets, and rings, which open and send without the calls for sockets."""

OTHERS = table("""
    ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, kcmp 312 272
    pidfd_open 434 434, pidfd_getfd 438 438, pidfd_send_signal 424 424, rt_sigqueueinfo 129 138
    rt_tgsigqueueinfo 297 240, shmget 29 194, msgget 68 186, semget 64 190, mq_open 240 180
""")
"""Reaching into other processes."""

KERNEL = table("""
    mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51, open_tree 428 428, move_mount 429 429
    fsopen 430 430, fsconfig 431 431, fsmount 432 432, fspick 433 433, mount_setattr 442 442
    unshare 272 97, setns 308 268, personality 135 92, bpf 321 280, perf_event_open 298 241, userfaultfd 323 282
    add_key 248 217, request_key 249 218, keyctl 250 219, memfd_create 319 279
    init_module 175 105, finit_module 313 273, delete_module 176 106, kexec_load 246 104, kexec_file_load 320 294
    reboot 169 142, swapon 167 224, swapoff 168 225, acct 163 89, quotactl 179 60, syslog 103 116
    name_to_handle_at 303 264, open_by_handle_at 304 265
""")
"""Changing the machine, or calls known for holes that a decoder never makes."""

WRITES = table("""
    creat 85 -, truncate 76 45, ftruncate 77 46, fallocate 285 47, unlink 87 -, unlinkat 263 35, rmdir 84 -
    mkdir 83 -, mkdirat 258 34, rename 82 -, renameat 264 38, renameat2 316 276, link 86 -, linkat 265 37
    symlink 88 -, symlinkat 266 36, mknod 133 -, mknodat 259 33, chmod 90 -, fchmod 91 52, fchmodat 268 53
    fchmodat2 452 452, chown 92 -, lchown 94 -, fchown 93 55, fchownat 260 54
    setxattr 188 5, lsetxattr 189 6, fsetxattr 190 7, removexattr 197 14, lremovexattr 198 15, fremovexattr 199 16
""")
"""Changing files, other than by opening them to write."""

PROGRAMS = table("execve 59 221, execveat 322 281")
PROCESSES = table("fork 57 -, vfork 58 -")
OPENS = table("open 2 -, openat 257 56")
CLONE = table("clone 56 220")
SIGNALS = table("kill 62 129, tkill 200 130, tgkill 234 131")
UNREADABLE = table("clone3 435 435, openat2 437 437")
"""Their flags stand in memory, where a filter cannot look; libc falls back to the older call on ENOSYS."""

ALL = NETWORK | OTHERS | KERNEL | WRITES | PROGRAMS | PROCESSES | OPENS | CLONE | SIGNALS | UNREADABLE
