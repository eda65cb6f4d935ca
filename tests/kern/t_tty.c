/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_tty.c: who waits for the console's input is told of it.
 */
#include "kt.h"

#include <sys/file.h>
#include <sys/proc.h>
#include <sys/tty.h>

/* => does select, on its way to sleep, hear that there is input? */
static bool
tty_told(void (*fn)(void))
{
	static struct proc waiter = { .p_pid = 29999, .p_stat = SIDL };
	bool ready;
	int s = splhigh();

	proc_enter(&waiter);
	ready = cnselect(0, FREAD, &waiter);
	waiter.p_flag |= P_SELECT;
	fn();
	LIST_REMOVE(&waiter, p_list);
	LIST_REMOVE(&waiter, p_hash);
	splx(s);
	return (!ready && (waiter.p_flag & P_SELECT) == 0 &&
	    cnselect(0, FREAD, &waiter) != 0);
}

static void
tty_drain(void)
{
	struct iovec iov;
	struct uio uio = { .uio_segflg = UIO_SYSSPACE, .uio_rw = UIO_READ };
	char buf[8];

	while (cnselect(0, FREAD, curproc)) {
		iov = (struct iovec){ buf, sizeof(buf) };
		uio.uio_iov = &iov;
		uio.uio_iovcnt = 1;
		uio.uio_resid = sizeof(buf);
		(void)cnread(0, &uio, FREAD | FNONBLOCK);
	}
}

static void
tty_line(void)
{
	ttyinput('\n');
}

/* Leave the modes as they are: what was typed so far becomes readable. */
static void
tty_modes(void)
{
	struct termios t;

	(void)cnioctl(0, TIOCGETA, &t, curproc);
	(void)cnioctl(0, TIOCSETA, &t, curproc);
}

/* The echo would stand in the line of the result. */
static void
tty_echo(bool on)
{
	struct termios t;

	(void)cnioctl(0, TIOCGETA, &t, curproc);
	t.c_lflag = on ? t.c_lflag | ECHO : t.c_lflag & ~ECHO;
	(void)cnioctl(0, TIOCSETA, &t, curproc);
}

static void
tty_select_is_told_of_input(void)
{
	bool line, modes;
	int s;

	tty_echo(false);
	line = tty_told(tty_line);
	tty_drain();
	s = spltty();
	ttyinput('x');
	splx(s);
	modes = tty_told(tty_modes);
	tty_drain();
	tty_echo(true);
	KT_CHECK(line, "not of a line");
	KT_CHECK(modes, "not of what a change of modes shows");
}

const struct kt_test kt_tty[] = {
	{ "tty__select_is_told_of_input", tty_select_is_told_of_input },
	{ NULL, NULL }
};
