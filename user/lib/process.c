/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * process.c: processes, signals and time, over the system calls.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int	__sys_exit(int) __attribute__((noreturn));

int errno;
char **environ;

void
_exit(int status)
{
	__sys_exit(status);
}

/* There is nothing to flush: as _exit. */
void
exit(int status)
{
	__sys_exit(status);
}

void
abort(void)
{
	signal(SIGABRT, SIG_DFL);
	raise(SIGABRT);
	_exit(127);
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
	return (wait4(pid, status, options, NULL));
}

pid_t
wait(int *status)
{
	return (wait4(-1, status, 0, NULL));
}

int
execv(const char *path, char *const argv[])
{
	return (execve(path, argv, environ));
}

int
raise(int sig)
{
	return (kill(getpid(), sig));
}

/* Install a handler that restarts system calls.  => the old one */
sig_t
signal(int sig, sig_t handler)
{
	struct sigaction sa, old;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = handler;
	sa.sa_flags = SA_RESTART;
	if (sigaction(sig, &sa, &old) < 0)
		return (SIG_ERR);
	return (old.sa_handler);
}

int
pause(void)
{
	sigset_t mask;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	return (sigsuspend(&mask));
}

/* => the seconds left if a signal came */
unsigned int
sleep(unsigned int seconds)
{
	struct timespec ts = { (int32_t)seconds, 0 }, left = { 0, 0 };

	if (nanosleep(&ts, &left) == 0)
		return (0);
	return ((unsigned int)left.tv_sec + (left.tv_nsec != 0));
}

int
usleep(unsigned int us)
{
	struct timespec ts = { (int32_t)(us / 1000000),
	    (int32_t)(us % 1000000 * 1000) };

	return (nanosleep(&ts, NULL));
}

/* SIGALRM in so many seconds, or never.  => seconds left of the last one */
unsigned int
alarm(unsigned int seconds)
{
	struct itimerval it, old;

	memset(&it, 0, sizeof(it));
	it.it_value.tv_sec = (int32_t)seconds;
	if (setitimer(ITIMER_REAL, &it, &old) < 0)
		return (0);
	return ((unsigned int)old.it_value.tv_sec +
	    (old.it_value.tv_usec != 0));
}

char *
getenv(const char *name)
{
	size_t len = strlen(name);

	for (char **e = environ; e != NULL && *e != NULL; e++)
		if (strncmp(*e, name, len) == 0 && (*e)[len] == '=')
			return (*e + len + 1);
	return (NULL);
}

int
atoi(const char *s)
{
	return ((int)strtol(s, NULL, 10));
}
