/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pcb.h: the machine's part of the u-area, first in struct user.
 */
#ifndef _MACHINE_PCB_H_
#define _MACHINE_PCB_H_

#define PCB_ESP		0	/* offsets for assembly, checked in trap.c */
#define PCB_ONFAULT	4

#ifndef __ASSEMBLER__

#include <sys/types.h>

struct pcb {
	unsigned int	pcb_esp;	/* kernel stack while switched out */
	void		*pcb_onfault;	/* where copyin and copyout recover */
	vm_offset_t	pcb_faultaddr;	/* of the last page fault */
};

#endif /* !__ASSEMBLER__ */

#endif /* _MACHINE_PCB_H_ */
