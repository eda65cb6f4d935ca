/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * sh.c: a small shell.
 *
 * A line is a list of pipelines, separated by ; or & (in the background), or
 * by && or ||, which look at the last status; a pipeline is commands
 * separated by |; a command is words, with < file and > file.  Words may be
 * quoted with ' or ".  $? is the last status, $$ the shell's process.  Built
 * in: cd, echo, exit, kill, wait.  `sh -c LINES' runs lines, `sh FILE' the
 * lines of a file.  A line with anything else that other shells know is
 * refused as a whole, with a message: it must not mean something else here.
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

/* What comes behind a pipeline. */
enum end { END_LINE, END_SEQ, END_BACKGROUND, END_AND, END_OR };

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

/* Does what stands here mean something to other shells, and not to us? */
static bool
is_unknown(const char *p, char quote)
{
	if (quote == '\'')
		return (false);
	if (*p == '$')
		return (strchr("?$ \t;&|<>'\"", p[1]) == NULL);
	if (*p == '`' || *p == '\\')
		return (true);
	return (quote == '\0' && strchr("()*?[", *p) != NULL);
}

static const char *
say_unknown(const char *p)
{
	dprintf(STDERR_FILENO, "sh: syntax: not known: %.16s\n", p);
	return (NULL);
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

	if (*p == '~')
		return (say_unknown(p));
	for (; *p != '\0' && *out < limit; ) {
		if (quote == '\0' && strchr(" \t;&|<>", *p) != NULL)
			break;
		if (*p == quote) {
			quote = '\0';
			p++;
		} else if (quote == '\0' && (*p == '\'' || *p == '"'))
			quote = *p++;
		else if (is_unknown(p, quote))
			return (say_unknown(p));
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

/* Take "< file" or "> file".  => as take_word */
static const char *
take_redirection(const char *p, struct command *c, char **out)
{
	char **target = *p == '<' ? &c->c_in : &c->c_out;

	if (p[1] != '\0' && strchr("<>&|", p[1]) != NULL)
		return (say_unknown(p));
	for (p++; *p == ' ' || *p == '\t'; p++)
		;
	if (*p == '\0' || strchr(";&|<>#", *p) != NULL) {
		say("syntax", "no file behind < or >");
		return (NULL);
	}
	*target = *out;
	return (take_word(p, out));
}

/* A command cannot begin so: what other shells take for more than a name. */
static bool
is_reserved(const char *word)
{
	static const char *const reserved[] = {
		"!", "{", "}", "case", "do", "done", "elif", "else", "esac",
		"fi", "for", "function", "if", "in", "select", "then",
		"until", "while"
	};

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(word, reserved[i]) == 0)
			return (true);
	return (strchr(word, '=') != NULL);
}

/* Take a word of the command.  => as take_word */
static const char *
take_argument(const char *p, struct command *c, char **out)
{
	const char *from = p;
	char *word = *out;

	if (c->c_argc == WORDS) {
		say("syntax", "too many words");
		return (NULL);
	}
	c->c_argv[c->c_argc++] = word;
	p = take_word(p, out);
	if (p == NULL)
		return (NULL);
	if (c->c_argc == 1 && is_reserved(word))
		return (say_unknown(from));
	/* As in 2>file. */
	if ((*p == '<' || *p == '>') && *word >= '0' && *word <= '9')
		return (say_unknown(from));
	return (p);
}

/*
 * Is this the end of a pipeline?
 * => which, and where the line goes on; NULL if it is not
 */
static const char *
take_end(const char *p, enum end *end)
{
	if (*p == '\0' || *p == '#') {
		*end = END_LINE;
		return (p + strlen(p));
	}
	if (p[0] == p[1] && (*p == '&' || *p == '|')) {
		*end = *p == '&' ? END_AND : END_OR;
		return (p + 2);
	}
	if (*p != ';' && *p != '&')
		return (NULL);
	*end = *p == ';' ? END_SEQ : END_BACKGROUND;
	return (p + 1);
}

/*
 * Parse one pipeline into stages[].
 * => where the line goes on, NULL after a message
 */
static const char *
parse(const char *p, int *nstages, enum end *end)
{
	const char *next;
	char *out = text;
	struct command *c = stages;

	memset(stages, 0, sizeof(stages));
	for (;;) {
		while (*p == ' ' || *p == '\t')
			p++;
		next = take_end(p, end);
		if (next != NULL)
			break;
		if (*p != '|') {
			p = *p == '<' || *p == '>' ?
			    take_redirection(p, c, &out) :
			    take_argument(p, c, &out);
			if (p == NULL)
				return (NULL);
			continue;
		}
		if (c->c_argc == 0 || ++c == stages + STAGES) {
			say("syntax", "bad pipeline");
			return (NULL);
		}
		p++;
	}
	*nstages = c->c_argc > 0 ? (int)(c - stages) + 1 : 0;
	if (c->c_argc == 0 && (c > stages || c->c_in != NULL ||
	    c->c_out != NULL)) {
		say("syntax", "no command");
		return (NULL);
	}
	return (next);
}

/* Parse the whole line before any of it is run.  => false after a message */
static bool
check_line(const char *p)
{
	enum end end, before = END_SEQ;
	bool listed;
	int n;

	do {
		p = parse(p, &n, &end);
		if (p == NULL)
			return (false);
		listed = before == END_AND || before == END_OR;
		if (n == 0 && (end != END_LINE || listed)) {
			say("syntax", "no command at ; & && or ||");
			return (false);
		}
		if (end == END_BACKGROUND && listed) {
			say("syntax", "not known: & behind && or ||");
			return (false);
		}
		before = end;
	} while (end != END_LINE);
	return (true);
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

static int
do_cd(struct command *c)
{
	const char *to = c->c_argc > 1 ? c->c_argv[1] : "/";

	if (c->c_argc <= 2 && chdir(to) == 0)
		return (0);
	say(to, c->c_argc > 2 ? "too many words" : strerror(errno));
	return (1);
}

static int
do_exit(struct command *c)
{
	exit(c->c_argc > 1 ? atoi(c->c_argv[1]) : last_status);
}

static int
do_wait(struct command *c)
{
	int status;

	(void)c;
	while (wait(&status) >= 0 || errno == EINTR)
		;
	return (0);
}

/* => false where it is no number */
static bool
number(const char *word, int *value)
{
	char *end;

	*value = (int)strtol(word, &end, 10);
	return (end != word && *end == '\0');
}

/* => the signal of that name, with or without SIG, or number; -1 */
static int
signal_of(const char *word)
{
	static const char *const names[NSIG] = {
		"0", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "EMT",
		"FPE", "KILL", "BUS", "SEGV", "SYS", "PIPE", "ALRM", "TERM",
		"URG", "STOP", "TSTP", "CONT", "CHLD", "TTIN", "TTOU", "IO",
		"XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "INFO", "USR1",
		"USR2"
	};
	int n;

	if (number(word, &n))
		return (n);
	if (strncmp(word, "SIG", 3) == 0)
		word += 3;
	for (n = 0; n < NSIG; n++)
		if (strcmp(word, names[n]) == 0)
			return (n);
	return (-1);
}

/* kill [-SIGNAL] PID ... */
static int
do_kill(struct command *c)
{
	int sig = SIGTERM, i = 1, status = 0, pid;

	if (c->c_argc > 1 && c->c_argv[1][0] == '-') {
		sig = signal_of(c->c_argv[1] + 1);
		i++;
	}
	if (sig < 0 || i == c->c_argc) {
		say("kill", sig < 0 ? "no such signal" : "no process named");
		return (2);
	}
	for (; i < c->c_argc; i++) {
		if (number(c->c_argv[i], &pid) && kill(pid, sig) == 0)
			continue;
		say(c->c_argv[i], number(c->c_argv[i], &pid) ?
		    strerror(errno) : "not a process number");
		status = 1;
	}
	return (status);
}

static const struct builtin {
	const char	*b_name;
	int		(*b_run)(struct command *);
	bool		 b_here;	/* of use in the shell's own process */
} builtins[] = {
	{ "cd", do_cd, true },
	{ "echo", do_echo, false },
	{ "exit", do_exit, true },
	{ "kill", do_kill, false },
	{ "wait", do_wait, true },
};

static const struct builtin *
find_builtin(const char *name)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (strcmp(builtins[i].b_name, name) == 0)
			return (&builtins[i]);
	return (NULL);
}

/* Run a command in this process, which is a child.  => never returns */
static void __attribute__((noreturn))
run_command(struct command *c)
{
	const struct builtin *b;
	char path[LINE];

	redirect(c->c_in, O_RDONLY, STDIN_FILENO);
	redirect(c->c_out, O_WRONLY | O_TRUNC, STDOUT_FILENO);
	b = find_builtin(c->c_argv[0]);
	if (b != NULL)
		_exit(b->b_run(c));
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

/* => false where the command is not for the shell's own process */
static bool
run_builtin(struct command *c)
{
	const struct builtin *b = find_builtin(c->c_argv[0]);
	bool redirected = c->c_in != NULL || c->c_out != NULL;

	if (b == NULL || (redirected && !b->b_here))
		return (false);
	if (redirected) {
		say(b->b_name, "cannot be redirected");
		last_status = 2;
	} else
		last_status = b->b_run(c);
	return (true);
}

static void
run_line(const char *p)
{
	enum end end, before = END_SEQ;
	int n;

	if (!check_line(p)) {
		last_status = 2;
		return;
	}
	do {
		p = parse(p, &n, &end);
		if (p == NULL || n < 1)
			return;
		if ((before != END_AND || last_status == 0) &&
		    (before != END_OR || last_status != 0) &&
		    (n > 1 || end == END_BACKGROUND ||
		    !run_builtin(&stages[0])))
			run_pipeline(n, end == END_BACKGROUND);
		before = end;
	} while (end != END_LINE);
}

/* The lines of one string. */
static void
run_lines(const char *p)
{
	char line[LINE];
	size_t len;

	for (; *p != '\0'; p += len + (p[len] == '\n')) {
		for (len = 0; p[len] != '\0' && p[len] != '\n'; len++)
			;
		if (len >= sizeof(line)) {
			say("syntax", "line too long");
			last_status = 2;
			return;
		}
		memcpy(line, p, len);
		line[len] = '\0';
		run_line(line);
	}
}

/*
 * Read one line without its newline, nothing of one that is too long.
 * => false at the end of the input
 */
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
		if (n < LINE)
			buf[n++] = c;
	}
	if (n == LINE) {
		say("syntax", "line too long");
		last_status = 2;
		n = 0;
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
		run_lines(argv[2]);
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
