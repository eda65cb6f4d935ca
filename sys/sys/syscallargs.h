/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * syscallargs.h: the arguments of each system call as they lie on the
 * user's stack, and the kernel's function for it.
 */
#ifndef _SYS_SYSCALLARGS_H_
#define _SYS_SYSCALLARGS_H_

#include <sys/types.h>
#include <sys/signal.h>

struct fd_set;
struct iovec;
struct itimerval;
struct proc;
struct rusage;
struct stat;
struct timespec;
struct timeval;
struct timezone;

#define SYSCALL(number, name, nargs, args)				\
	int	sys_##name(struct proc *, void *, register_t *);
#include <sys/syscall_table.h>
#undef SYSCALL
int	sys_nosys(struct proc *, void *, register_t *);

struct sys_exit_args		{ int rval; };
struct sys_read_args		{ int fd; void *buf; u_int nbyte; };
struct sys_write_args		{ int fd; const void *buf; u_int nbyte; };
struct sys_open_args		{ const char *path; int flags, mode; };
struct sys_close_args		{ int fd; };
struct sys_wait4_args		{ int pid; int *status; int options;
				  struct rusage *rusage; };
struct sys_chdir_args		{ const char *path; };
struct sys_obreak_args		{ char *nsize; };
struct sys_kill_args		{ int pid, signum; };
struct sys_dup_args		{ int fd; };
struct sys_pipe_args		{ int *fdp; };
struct sys_sigaction_args	{ int signum; const struct sigaction *nsa;
				  struct sigaction *osa; };
struct sys_sigprocmask_args	{ int how; const sigset_t *set;
				  sigset_t *oset; };
struct sys_ioctl_args		{ int fd; u_int com; void *data; };
struct sys_reboot_args		{ int howto; };
struct sys_execve_args		{ const char *path; char *const *argp;
				  char *const *envp; };
struct sys_msync_args		{ void *addr; u_int len; int flags; };
struct sys_munmap_args		{ void *addr; u_int len; };
struct sys_mprotect_args	{ void *addr; u_int len; int prot; };
struct sys_madvise_args		{ void *addr; u_int len; int behav; };
struct sys_mincore_args		{ void *addr; u_int len; char *vec; };
struct sys_setitimer_args	{ int which; const struct itimerval *itv;
				  struct itimerval *oitv; };
struct sys_dup2_args		{ int from, to; };
struct sys_fcntl_args		{ int fd, cmd, arg; };
struct sys_select_args		{ int nd; struct fd_set *in, *ou, *ex;
				  struct timeval *tv; };
struct sys_fsync_args		{ int fd; };
struct sys_sigreturn_args	{ struct sigcontext *sigcntxp; };
struct sys_sigsuspend_args	{ const sigset_t *mask; };
struct sys_gettimeofday_args	{ struct timeval *tp; struct timezone *tzp; };
struct sys_getrusage_args	{ int who; struct rusage *rusage; };
struct sys_readv_args		{ int fd; const struct iovec *iovp;
				  int iovcnt; };
struct sys_writev_args		{ int fd; const struct iovec *iovp;
				  int iovcnt; };
struct sys_stat_args		{ const char *path; struct stat *ub; };
struct sys_fstat_args		{ int fd; struct stat *sb; };
struct sys_getdirentries_args	{ int fd; char *buf; u_int count;
				  long *basep; };
struct sys_mmap_args		{ void *addr; u_int len; int prot, flags, fd,
				  pad; off_t pos; };
struct sys_lseek_args		{ int fd, pad; off_t offset; int whence; };
struct sys_sysctl_args		{ const int *name; u_int namelen; void *old;
				  u_int *oldlenp; const void *new;
				  u_int newlen; };
struct sys_mlock_args		{ const void *addr; u_int len; };
struct sys_munlock_args		{ const void *addr; u_int len; };
struct sys_nanosleep_args	{ const struct timespec *rqtp;
				  struct timespec *rmtp; };
struct sys_minherit_args	{ void *addr; u_int len; int inherit; };

#endif /* _SYS_SYSCALLARGS_H_ */
