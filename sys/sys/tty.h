/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * tty.h: the console terminal.
 */
#ifndef _SYS_TTY_H_
#define _SYS_TTY_H_

#include <sys/ioctl.h>
#include <sys/select.h>

#ifdef _KERNEL
#define TTYBUF		512		/* bytes of input, a power of two */

struct tty {
	struct termios	t_termios;
	u_int		t_head;		/* next byte to read */
	u_int		t_canon;	/* end of complete lines */
	u_int		t_tail;		/* next free place */
	pid_t		t_pgrp;		/* who gets ^C; 0 everybody */
	struct selinfo	t_rsel;
	u_char		t_buf[TTYBUF];
};

struct proc;
struct uio;

void	ttyinit(void);
int	cnread(dev_t, struct uio *, int);
int	cnwrite(dev_t, struct uio *, int);
int	cnioctl(dev_t, u_int, void *, struct proc *);
int	cnselect(dev_t, int, struct proc *);
#endif /* _KERNEL */

#endif /* _SYS_TTY_H_ */
