/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vmfig.h: the figures of the VM and of the kernel, read with sysctl.
 */
#ifndef _VMFIG_H_
#define _VMFIG_H_

#include <stddef.h>
#include <vm/vmmeter.h>

int	vmmeter_get(struct vmmeter *);
int	bootline_get(char *, size_t);
char	*bootoption_get(const char *, char *, size_t);

#endif /* _VMFIG_H_ */
