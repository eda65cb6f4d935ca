/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * conf.h: the switch of character devices.
 */
#ifndef _SYS_CONF_H_
#define _SYS_CONF_H_

#include <sys/types.h>

#ifdef _KERNEL
struct proc;
struct uio;

struct cdevsw {
	int	(*d_read)(dev_t, struct uio *, int);
	int	(*d_write)(dev_t, struct uio *, int);
	int	(*d_ioctl)(dev_t, u_int, void *, struct proc *);
	int	(*d_select)(dev_t, int, struct proc *);
	int	(*d_mmap)(dev_t, vm_offset_t, int);	/* frame, or -1 */
};

extern const struct cdevsw cdevsw[];
extern const int nchrdev;

#define CDEV_CONS	0		/* /dev/console, /dev/tty */
#define CDEV_MEM	2		/* null, zero, vga */
#define MEM_NULL	2
#define MEM_ZERO	12
#define MEM_VGA		13		/* 0xa0000..0xfffff, for mmap */
#endif /* _KERNEL */

#endif /* _SYS_CONF_H_ */
