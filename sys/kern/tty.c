/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * tty.c: the console as a terminal: line editing, echo, signals.
 *
 * Input waits in a ring: head to canon is ready to be read, canon to tail is
 * the line that is still edited.  The end-of-file character stays in the
 * ring and ends a read.
 *
 * Locking: spltty.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/tty.h>
#include <sys/uio.h>

#define CN_MIX		512		/* bytes of a line that stay together */
#define CTRL(c)		((c) & 037)
#define DEL		0177

static struct tty cons;

void
ttyinit(void)
{
	struct termios *t = &cons.t_termios;

	t->c_iflag = ICRNL;
	t->c_oflag = OPOST | ONLCR;
	t->c_lflag = ECHO | ISIG | ICANON;
	t->c_ispeed = t->c_ospeed = 115200;
	t->c_cc[VEOF] = CTRL('d');
	t->c_cc[VERASE] = DEL;
	t->c_cc[VKILL] = CTRL('u');
	t->c_cc[VINTR] = CTRL('c');
	t->c_cc[VQUIT] = CTRL('\\');
}

static void
ttyoutput(int c)
{
	if (c == '\n' && (cons.t_termios.c_oflag & (OPOST | ONLCR)) ==
	    (OPOST | ONLCR))
		cnputc('\r');
	cnputc(c);
}

static void
ttyecho(int c)
{
	if ((cons.t_termios.c_lflag & ECHO) == 0)
		return;
	if (c < ' ' && c != '\n' && c != '\t') {
		ttyoutput('^');
		c += '@';
	}
	ttyoutput(c);
}

/* What has come so far can be read. */
static void
ttyready(void)
{
	cons.t_canon = cons.t_tail;
	wakeup(&cons);
	selwakeup(&cons.t_rsel);
}

/* Signal the processes in the foreground. */
static void
ttysignal(int sig)
{
	struct proc *p;

	cons.t_tail = cons.t_canon = cons.t_head;
	LIST_FOREACH(p, &allproc, p_list)
		if (p != initproc && (p->p_flag & P_SYSTEM) == 0 &&
		    (cons.t_pgrp == 0 || inferior(p, cons.t_pgrp)))
			psignal(p, sig);
}

/* Take back the last character of the line. */
static bool
ttyrub(void)
{
	if (cons.t_tail == cons.t_canon)
		return (false);
	cons.t_tail--;
	if (cons.t_termios.c_lflag & ECHO) {
		ttyoutput('\b');
		ttyoutput(' ');
		ttyoutput('\b');
	}
	return (true);
}

/* A character that edits the line or sends a signal.  => it was one */
static bool
ttyspecial(int c)
{
	const struct termios *t = &cons.t_termios;

	if (t->c_lflag & ISIG && (c == t->c_cc[VINTR] ||
	    c == t->c_cc[VQUIT])) {
		ttyecho(c);
		ttyoutput('\n');
		ttysignal(c == t->c_cc[VINTR] ? SIGINT : SIGQUIT);
		return (true);
	}
	if ((t->c_lflag & ICANON) == 0)
		return (false);
	if (c == t->c_cc[VERASE] || c == '\b')
		(void)ttyrub();
	else if (c == t->c_cc[VKILL])
		while (ttyrub())
			continue;
	else
		return (false);
	return (true);
}

/*
 * A character came in.  => from the console's driver, spltty
 */
void
ttyinput(int c)
{
	const struct termios *t = &cons.t_termios;

	c &= 0xff;
	if (c == '\r' && t->c_iflag & ICRNL)
		c = '\n';
	if (ttyspecial(c))
		return;
	if (cons.t_tail - cons.t_head == TTYBUF) {
		cnputc('\a');
		return;
	}
	cons.t_buf[cons.t_tail++ % TTYBUF] = c;
	if ((t->c_lflag & ICANON) == 0 || c != t->c_cc[VEOF])
		ttyecho(c);
	if ((t->c_lflag & ICANON) == 0 || c == '\n' || c == t->c_cc[VEOF])
		ttyready();
}

/*
 * => one line at most; 0 bytes at end of file
 */
int
cnread(dev_t dev, struct uio *uio, int flag)
{
	const struct termios *t = &cons.t_termios;
	int c, error = 0, s = spltty();
	char ch;

	(void)dev;
	while (cons.t_head == cons.t_canon && error == 0)
		error = flag & FNONBLOCK ? EWOULDBLOCK :
		    tsleep(&cons, PSOCK | PCATCH, "ttyin", 0);
	while (error == 0 && uio->uio_resid > 0 &&
	    cons.t_head != cons.t_canon) {
		c = ch = cons.t_buf[cons.t_head++ % TTYBUF];
		if (t->c_lflag & ICANON && c == t->c_cc[VEOF])
			break;
		splx(s);
		error = uiomove(&ch, 1, uio);
		s = spltty();
		if (t->c_lflag & ICANON && c == '\n')
			break;
	}
	splx(s);
	return (error);
}

/*
 * Others get their turn, and may write too, behind each line.
 */
int
cnwrite(dev_t dev, struct uio *uio, int flag)
{
	char buf[128];
	int error, i, n, since = 0;

	(void)dev, (void)flag;
	while (uio->uio_resid > 0) {
		n = MIN(uio->uio_resid, (int)sizeof(buf));
		error = uiomove(buf, n, uio);
		if (error != 0)
			return (error);
		for (i = 0; i < n; i++) {
			ttyoutput((u_char)buf[i]);
			if (buf[i] != '\n' && ++since < CN_MIX)
				continue;
			since = 0;
			yield();
		}
	}
	return (0);
}

int
cnioctl(dev_t dev, u_int com, void *data, struct proc *p)
{
	int s = spltty(), error = 0;

	(void)dev, (void)p;
	switch (com) {
	case TIOCGETA:
		*(struct termios *)data = cons.t_termios;
		break;
	case TIOCSETA:
	case TIOCSETAW:
		cons.t_termios = *(struct termios *)data;
		ttyready();
		break;
	case TIOCGPGRP:
		*(int *)data = cons.t_pgrp;
		break;
	case TIOCSPGRP:
		cons.t_pgrp = *(int *)data;
		break;
	case TIOCGWINSZ:
		*(struct winsize *)data = (struct winsize){ 24, 80, 0, 0 };
		break;
	case FIONREAD:
		*(int *)data = cons.t_canon - cons.t_head;
		break;
	default:
		error = ENOTTY;
	}
	splx(s);
	return (error);
}

int
cnselect(dev_t dev, int which, struct proc *p)
{
	int ready, s = spltty();

	(void)dev;
	ready = which == FWRITE ||
	    (which == FREAD && cons.t_head != cons.t_canon);
	if (!ready && which == FREAD)
		selrecord(p, &cons.t_rsel);
	splx(s);
	return (ready);
}
