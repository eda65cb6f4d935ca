/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * syscall_table.h: the system calls, in order of their numbers.
 *
 * SYSCALL(number, name, nargs, args): the numbers are 4.4BSD's, and NetBSD's
 * for calls that 4.4BSD lacks.  nargs counts the 32-bit words of arguments
 * on the user's stack, above the return address.  One letter an argument:
 * i int, u unsigned, p pointer, s string, "-" an unused word, q 64 bits (two
 * words, low one first).  There is no include guard: whoever includes this
 * defines SYSCALL before and undefines it after.
 */
SYSCALL(  1, exit,		1, "i")
SYSCALL(  2, fork,		0, "")
SYSCALL(  3, read,		3, "ipu")
SYSCALL(  4, write,		3, "ipu")
SYSCALL(  5, open,		3, "sii")
SYSCALL(  6, close,		1, "i")
SYSCALL(  7, wait4,		4, "ipip")
SYSCALL( 12, chdir,		1, "s")
SYSCALL( 17, obreak,		1, "p")
SYSCALL( 20, getpid,		0, "")
SYSCALL( 37, kill,		2, "ii")
SYSCALL( 39, getppid,		0, "")
SYSCALL( 41, dup,		1, "i")
SYSCALL( 42, pipe,		1, "p")
SYSCALL( 46, sigaction,		3, "ipp")
SYSCALL( 48, sigprocmask,	3, "ipp")
SYSCALL( 54, ioctl,		3, "iup")
SYSCALL( 55, reboot,		1, "i")
SYSCALL( 59, execve,		3, "spp")
SYSCALL( 65, msync,		3, "pui")
SYSCALL( 66, vfork,		0, "")
SYSCALL( 73, munmap,		2, "pu")
SYSCALL( 74, mprotect,		3, "pui")
SYSCALL( 75, madvise,		3, "pui")
SYSCALL( 78, mincore,		3, "pup")
SYSCALL( 83, setitimer,		3, "ipp")
SYSCALL( 90, dup2,		2, "ii")
SYSCALL( 92, fcntl,		3, "iii")
SYSCALL( 93, select,		5, "ipppp")
SYSCALL( 95, fsync,		1, "i")
SYSCALL(103, sigreturn,		1, "p")
SYSCALL(111, sigsuspend,	1, "p")
SYSCALL(116, gettimeofday,	2, "pp")
SYSCALL(117, getrusage,		2, "ip")
SYSCALL(120, readv,		3, "ipi")
SYSCALL(121, writev,		3, "ipi")
SYSCALL(188, stat,		2, "sp")
SYSCALL(189, fstat,		2, "ip")
SYSCALL(196, getdirentries,	4, "ipup")
SYSCALL(197, mmap,		8, "puiii-q")
SYSCALL(199, lseek,		5, "i-qi")
SYSCALL(202, sysctl,		6, "pupppu")
SYSCALL(203, mlock,		2, "pu")
SYSCALL(204, munlock,		2, "pu")
SYSCALL(240, nanosleep,		2, "pp")
SYSCALL(273, minherit,		3, "pui")
SYSCALL(350, sched_yield,	0, "")
