/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * conf.c: the character devices: console, null, zero, and the VGA's memory
 * for mmap.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/proc.h>
#include <sys/tty.h>
#include <sys/uio.h>

#define VGA_BASE	0xa0000u
#define VGA_SIZE	0x60000u	/* up to 1 MB, the BIOS included */

static int
mmread(dev_t dev, struct uio *uio, int flag)
{
	static const char zeros[256];
	int error = 0;

	(void)flag;
	if (minor(dev) == MEM_NULL)
		return (0);
	if (minor(dev) != MEM_ZERO)
		return (ENXIO);
	while (uio->uio_resid > 0 && error == 0) {
		error = uiomove((void *)(uintptr_t)zeros,
		    MIN(uio->uio_resid, (int)sizeof(zeros)), uio);
		yield();
	}
	return (error);
}

static int
mmwrite(dev_t dev, struct uio *uio, int flag)
{
	(void)flag;
	if (minor(dev) == MEM_VGA)
		return (ENXIO);
	uio->uio_resid = 0;
	return (0);
}

static int
mmioctl(dev_t dev, u_int com, void *data, struct proc *p)
{
	(void)dev, (void)com, (void)data, (void)p;
	return (ENOTTY);
}

static int
mmselect(dev_t dev, int which, struct proc *p)
{
	(void)dev, (void)which, (void)p;
	return (1);
}

static int
mmmmap(dev_t dev, vm_offset_t off, int prot)
{
	(void)prot;
	if (minor(dev) != MEM_VGA || off >= VGA_SIZE)
		return (-1);
	return ((int)((VGA_BASE + off) >> PGSHIFT));
}

static int
nommap(dev_t dev, vm_offset_t off, int prot)
{
	(void)dev, (void)off, (void)prot;
	return (-1);
}

const struct cdevsw cdevsw[] = {
	[CDEV_CONS] = { cnread, cnwrite, cnioctl, cnselect, nommap },
	[1] = { mmread, mmwrite, mmioctl, mmselect, nommap },
	[CDEV_MEM] = { mmread, mmwrite, mmioctl, mmselect, mmmmap },
};

const int nchrdev = sizeof(cdevsw) / sizeof(cdevsw[0]);
