/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * init.c: the first process.
 *
 * The word `run=NAME' of the boot line says what to start: pressure, shell,
 * usertests, or any program of /bin; with `arg=WORD' it is given one
 * argument.  When that ends the machine is halted with its status.  Init
 * reaps whatever else ends.
 */
#include <sys/types.h>
#include <sys/fcntl.h>
#include <sys/reboot.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vmfig.h>

static char *const environment[] = { "PATH=/bin", "HOME=/", NULL };

/* Make descriptors 0, 1 and 2 the console, where the kernel has not. */
static void
open_console(void)
{
	struct stat st;
	int fd;

	if (fstat(0, &st) == 0)
		return;
	fd = open("/dev/console", O_RDWR);
	while (fd >= 0 && fd < 2)
		fd = dup(fd);
}

static pid_t
start(const char *name, char *arg)
{
	char path[64], *argv[] = { path, arg, NULL };
	pid_t pid;

	snprintf(path, sizeof(path), "%s%s",
	    strchr(name, '/') != NULL ? "" : "/bin/", name);
	pid = fork();
	if (pid != 0)
		return (pid);
	signal(SIGINT, SIG_DFL);
	execve(path, argv, environment);
	printf("init: %s: %s\n", path, strerror(errno));
	_exit(127);
}

static void
halt(int status)
{
	reboot(RB_HALT | RB_STATUS(status));
	printf("init: reboot: %s\n", strerror(errno));
	for (;;)
		sleep(1);
}

int
main(void)
{
	char name[64], arg[64], *argp;
	int status, code;
	pid_t pid, got;

	open_console();
	signal(SIGINT, SIG_IGN);
	if (bootoption_get("run", name, sizeof(name)) == NULL ||
	    strcmp(name, "shell") == 0)
		strlcpy(name, "sh", sizeof(name));
	argp = bootoption_get("arg", arg, sizeof(arg));
	pid = start(name, argp);
	if (pid < 0) {
		printf("init: cannot fork: %s\n", strerror(errno));
		halt(126);
	}
	for (;;) {
		got = wait(&status);
		if (got != pid)
			continue;
		code = WIFEXITED(status) ? WEXITSTATUS(status) :
		    64 + WTERMSIG(status);
		if (!WIFEXITED(status))
			printf("init: %s ended by signal %d\n", name,
			    WTERMSIG(status));
		halt(code > 127 ? 127 : code);
	}
}
