/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * exec.h: what exec keeps of an image while it loads it.
 *
 * A new program finds at its stack pointer: argc, argc pointers and a null
 * one, the pointers of the environment and a null one, and above them the
 * strings.  All other registers are zero.
 */
#ifndef _SYS_EXEC_H_
#define _SYS_EXEC_H_

#include <sys/types.h>

#ifdef _KERNEL
#define EXEC_MAXSEGS	4

struct exec_seg {
	u_int		es_offset;	/* in the file, page aligned */
	vm_offset_t	es_addr;	/* page aligned */
	vm_size_t	es_filesz;	/* bytes from es_addr out of the file */
	vm_size_t	es_memsz;	/* bytes from es_addr in all */
	vm_prot_t	es_prot;
};

struct exec_package {
	struct vnode	*ep_vp;
	vm_offset_t	 ep_entry;
	int		 ep_nsegs;
	struct exec_seg	 ep_segs[EXEC_MAXSEGS];
	char		*ep_args;	/* strings, one after the other */
	u_int		 ep_arglen;	/* bytes of them */
	int		 ep_argc;
	int		 ep_envc;
	char		 ep_name[MAXCOMLEN + 1];
};

int	exec_elf_check(struct exec_package *);	/* ENOEXEC or 0 */
int	exec_elf_map(struct proc *, struct exec_package *);
int	kern_exec(struct proc *, const char *);
#endif /* _KERNEL */

#endif /* _SYS_EXEC_H_ */
