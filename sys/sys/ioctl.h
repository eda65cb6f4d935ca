/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * ioctl.h: requests of ioctl, in 4.4BSD's encoding; modes of a terminal.
 */
#ifndef _SYS_IOCTL_H_
#define _SYS_IOCTL_H_

#define IOCPARM_MASK	0x1fff
#define IOCPARM_LEN(x)	(((x) >> 16) & IOCPARM_MASK)
#define IOC_VOID	0x20000000u
#define IOC_OUT		0x40000000u
#define IOC_IN		0x80000000u

#define _IOC(inout, group, num, len)					\
	((inout) | (((unsigned int)(len) & IOCPARM_MASK) << 16) |	\
	    ((unsigned int)(group) << 8) | (num))
#define _IOR(g, n, t)	_IOC(IOC_OUT, (g), (n), sizeof(t))
#define _IOW(g, n, t)	_IOC(IOC_IN, (g), (n), sizeof(t))

#define FIONBIO		_IOW('f', 126, int)
#define FIONREAD	_IOR('f', 127, int)

/* Modes of a terminal. */
typedef unsigned int	tcflag_t;
typedef unsigned char	cc_t;

#define VEOF		0		/* indices of c_cc */
#define VERASE		3
#define VKILL		5
#define VINTR		8
#define VQUIT		9
#define NCCS		20

#define ICRNL		0x00000100	/* c_iflag: CR is read as NL */
#define OPOST		0x00000001	/* c_oflag */
#define ONLCR		0x00000002	/* NL is written as CR NL */
#define ECHO		0x00000008	/* c_lflag */
#define ISIG		0x00000080	/* VINTR and VQUIT send signals */
#define ICANON		0x00000100	/* lines, with editing */

struct termios {
	tcflag_t	c_iflag;
	tcflag_t	c_oflag;
	tcflag_t	c_cflag;
	tcflag_t	c_lflag;
	cc_t		c_cc[NCCS];
	int		c_ispeed;
	int		c_ospeed;
};

/*
 * There are no process groups.  TIOCSPGRP names the one process, with its
 * descendants, that ^C reaches.
 */
struct winsize {
	unsigned short	ws_row;
	unsigned short	ws_col;
	unsigned short	ws_xpixel;
	unsigned short	ws_ypixel;
};

#define TIOCGETA	_IOR('t', 19, struct termios)
#define TIOCSETA	_IOW('t', 20, struct termios)
#define TIOCSETAW	_IOW('t', 21, struct termios)
#define TIOCSPGRP	_IOW('t', 118, int)
#define TIOCGPGRP	_IOR('t', 119, int)
#define TIOCGWINSZ	_IOR('t', 104, struct winsize)

#endif /* _SYS_IOCTL_H_ */
