/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * sh.c: a small shell.
 *
 * A line is a list of pipelines, separated by ; or & (in the background); a
 * pipeline is commands separated by |; a command is words, with < file and
 * > file.  Words may be quoted with ' or ".  $? is the last status, $$ the
 * shell's process.  Built in: exit, wait, echo.  `sh -c LINE' runs one line,
 * `sh FILE' the lines of a file.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	LINE = 512,
	WORDS = 64,
	STAGES = 8		/* commands of one pipeline */
};

struct command {
	char	*c_argv[WORDS + 1];
	int	 c_argc;
	char	*c_in;		/* after < */
	char	*c_out;		/* after > */
};

static struct command stages[STAGES];
static char text[2 * LINE];	/* the words, after expansion */
static int last_status;
static int interactive;

static void
say(const char *what, const char *why)
{
	dprintf(STDERR_FILENO, "sh: %s: %s\n", what, why);
}

/* Name the process that ^C reaches; 0 for none. */
static void
foreground(pid_t pid)
{
	if (interactive)
		ioctl(STDIN_FILENO, TIOCSPGRP, &pid);
}

static int
status_of(int status)
{
	if (WIFSIGNALED(status)) {
		if (WTERMSIG(status) != SIGINT && WTERMSIG(status) != SIGPIPE)
			dprintf(STDERR_FILENO, "sh: killed by signal %d\n",
			    WTERMSIG(status));
		return (128 + WTERMSIG(status));
	}
	return (WEXITSTATUS(status));
}

/* Copy a $ word.  => where the line goes on */
static const char *
expand(const char *p, char **out, const char *limit)
{
	int n;

	if (p[1] != '?' && p[1] != '$') {
		*(*out)++ = *p;
		return (p + 1);
	}
	n = p[1] == '?' ? last_status : (int)getpid();
	*out += snprintf(*out, (size_t)(limit - *out), "%d", n);
	return (p + 2);
}

/*
 * Copy one word of the line to *out.
 * => where the line goes on, NULL after a message
 */
static const char *
take_word(const char *p, char **out)
{
	const char *limit = text + sizeof(text) - 16;
	char quote = '\0';

	for (; *p != '\0' && *out < limit; ) {
		if (quote == '\0' && strchr(" \t\n;&|<>", *p) != NULL)
			break;
		if (*p == quote) {
			quote = '\0';
			p++;
		} else if (quote == '\0' && (*p == '\'' || *p == '"'))
			quote = *p++;
		else if (*p == '$' && quote != '\'')
			p = expand(p, out, limit);
		else
			*(*out)++ = *p++;
	}
	*(*out)++ = '\0';
	if (quote != '\0' || *out >= limit) {
		say("syntax", quote != '\0' ? "open quote" : "line too long");
		return (NULL);
	}
	return (p);
}

/*
 * Parse one pipeline into stages[].
 * => *end is ; & or NUL; returns where the line goes on, NULL on an error
 */
static const char *
parse(const char *p, int *nstages, char *end)
{
	char *out = text, **target;
	struct command *c = stages;

	memset(stages, 0, sizeof(stages));
	for (;;) {
		while (*p == ' ' || *p == '\t' || *p == '\n')
			p++;
		if (*p == '\0' || *p == ';' || *p == '&' || *p == '#')
			break;
		if (*p == '|') {
			if (c->c_argc == 0 || ++c == stages + STAGES) {
				say("syntax", "bad pipeline");
				return (NULL);
			}
			p++;
			continue;
		}
		target = NULL;
		if (*p == '<' || *p == '>') {
			target = *p == '<' ? &c->c_in : &c->c_out;
			for (p++; *p == ' '; p++)
				;
		} else if (c->c_argc < WORDS)
			target = &c->c_argv[c->c_argc++];
		if (target == NULL) {
			say("syntax", "too many words");
			return (NULL);
		}
		*target = out;
		p = take_word(p, &out);
		if (p == NULL)
			return (NULL);
	}
	*end = *p == '#' ? '\0' : *p;
	*nstages = c->c_argc > 0 ? (int)(c - stages) + 1 : 0;
	if (c > stages && c->c_argc == 0) {
		say("syntax", "bad pipeline");
		return (NULL);
	}
	return (*end == '\0' ? p : p + 1);
}

static void
redirect(const char *name, int flags, int to)
{
	int fd;

	if (name == NULL)
		return;
	fd = open(name, flags);
	if (fd < 0) {
		say(name, strerror(errno));
		_exit(1);
	}
	dup2(fd, to);
	close(fd);
}

static int
do_echo(struct command *c)
{
	for (int i = 1; i < c->c_argc; i++)
		printf("%s%s", c->c_argv[i], i + 1 < c->c_argc ? " " : "");
	printf("\n");
	return (0);
}

/* Run a command in this process, which is a child.  => never returns */
static void __attribute__((noreturn))
run_command(struct command *c)
{
	char path[LINE];

	redirect(c->c_in, O_RDONLY, STDIN_FILENO);
	redirect(c->c_out, O_WRONLY | O_TRUNC, STDOUT_FILENO);
	if (strcmp(c->c_argv[0], "echo") == 0)
		_exit(do_echo(c));
	snprintf(path, sizeof(path), "%s%s",
	    strchr(c->c_argv[0], '/') != NULL ? "" : "/bin/", c->c_argv[0]);
	execv(path, c->c_argv);
	say(c->c_argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/*
 * Start one stage, reading from `in'.
 * => its process; *next is the reading end for the next stage, or -1
 */
static pid_t
start_stage(struct command *c, int in, int *next, bool last)
{
	int end[2] = { -1, -1 };
	pid_t pid;

	if (!last && pipe(end) < 0) {
		say("pipe", strerror(errno));
		return (-1);
	}
	pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		if (in >= 0) {
			dup2(in, STDIN_FILENO);
			close(in);
		}
		if (!last) {
			close(end[0]);
			dup2(end[1], STDOUT_FILENO);
			close(end[1]);
		}
		run_command(c);
	}
	if (in >= 0)
		close(in);
	if (!last)
		close(end[1]);
	*next = end[0];
	return (pid);
}

static void
wait_for(pid_t *pids, int n)
{
	int status;

	for (int i = 0; i < n; i++) {
		while (waitpid(pids[i], &status, 0) < 0)
			if (errno != EINTR)
				return;
		if (i == n - 1)
			last_status = status_of(status);
	}
}

static void
run_pipeline(int n, bool background)
{
	pid_t pids[STAGES];
	int in = -1;

	for (int i = 0; i < n; i++) {
		pids[i] = start_stage(&stages[i], in, &in, i == n - 1);
		if (pids[i] < 0) {
			say("fork", strerror(errno));
			last_status = 1;
			return;
		}
	}
	if (background) {
		last_status = 0;
		if (interactive)
			printf("[%d]\n", (int)pids[n - 1]);
		return;
	}
	foreground(pids[n - 1]);
	wait_for(pids, n);
	foreground(getpid());
}

static void
do_wait(void)
{
	int status;

	while (wait(&status) >= 0 || errno == EINTR)
		;
	last_status = 0;
}

/* => false where the command is not built in */
static bool
run_builtin(struct command *c)
{
	if (strcmp(c->c_argv[0], "exit") == 0)
		exit(c->c_argc > 1 ? atoi(c->c_argv[1]) : last_status);
	if (strcmp(c->c_argv[0], "wait") == 0) {
		do_wait();
		return (true);
	}
	if (strcmp(c->c_argv[0], "echo") == 0 && c->c_out == NULL) {
		last_status = do_echo(c);
		return (true);
	}
	return (false);
}

static void
run_line(const char *p)
{
	char end = ';';
	int n;

	while (end != '\0') {
		p = parse(p, &n, &end);
		if (p == NULL) {
			last_status = 2;
			return;
		}
		if (n == 0)
			continue;
		if (n > 1 || end == '&' || !run_builtin(&stages[0]))
			run_pipeline(n, end == '&');
	}
}

/* Read one line without its newline.  => false at the end of the input */
static bool
read_line(char *buf)
{
	size_t n = 0;
	ssize_t got;
	char c;

	for (;;) {
		got = read(STDIN_FILENO, &c, 1);
		if (got < 0 && errno == EINTR) {
			buf[0] = '\0';
			return (true);
		}
		if (got <= 0 && n == 0)
			return (false);
		if (got <= 0 || c == '\n')
			break;
		if (n < LINE - 1)
			buf[n++] = c;
	}
	buf[n] = '\0';
	return (true);
}

static void
on_interrupt(int sig)
{
	(void)sig;
	dprintf(STDERR_FILENO, "\n");
}

int
main(int argc, char **argv)
{
	struct sigaction sa;
	char line[LINE];
	int fd;

	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		run_line(argv[2]);
		return (last_status);
	}
	if (argc > 1) {
		fd = open(argv[1], O_RDONLY);
		if (fd < 0) {
			say(argv[1], strerror(errno));
			return (127);
		}
		dup2(fd, STDIN_FILENO);
		close(fd);
	}
	interactive = isatty(STDIN_FILENO);
	if (interactive) {
		memset(&sa, 0, sizeof(sa));
		sa.sa_handler = on_interrupt;
		sigaction(SIGINT, &sa, NULL);
		foreground(getpid());
	}
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (interactive)
			printf("# ");
		if (!read_line(line))
			break;
		run_line(line);
	}
	return (last_status);
}
