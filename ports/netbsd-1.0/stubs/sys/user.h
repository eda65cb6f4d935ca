/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_SYS_USER_H_
#define _STUB_SYS_USER_H_

struct pcb {
	int	pcb_cr3;
};

#endif /* _STUB_SYS_USER_H_ */
