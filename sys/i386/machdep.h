/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * machdep.h: between the files of sys/i386.
 */
#ifndef _I386_MACHDEP_H_
#define _I386_MACHDEP_H_

#include <sys/param.h>
#include <machine/frame.h>
#include <machine/pcb.h>

/* locore.S, vector.S, swtch.S, copyio.S */
extern uint32_t	boot_magic, boot_info, boot_pd[], boot_pt[];
extern char	proc0_uarea[];
extern const uint32_t trap_vectors[], intr_vectors[];
void	Xint0x80(void);
void	Xlcall(void);
void	Xdblfault(void);
void	swtch(struct pcb *, struct pcb *);
void	proc_trampoline(void);
extern char	probe_read_insn[], probe_write_insn[], probe_fault[];

void	i386_init(void);

/* segments.c */
void	segments_init(void);
void	set_kernel_stack(uint32_t);
void	dblfault(void);

/* intr.c */
typedef void	intr_handler_t(struct trapframe *);
void	intr_init(void);
void	intr_establish(int, int, intr_handler_t *);
bool	intr_line_waits(int);
void	intr(struct trapframe *);

/*
 * The multiboot information, version 1, section 3.3; only what we read.
 */
struct mb_info {
	uint32_t	mi_flags;
#define MBI_MEMORY	0x001
#define MBI_CMDLINE	0x004
#define MBI_MMAP	0x040
	uint32_t	mi_mem_lower;	/* KB from 0 */
	uint32_t	mi_mem_upper;	/* KB from 1 MB */
	uint32_t	mi_boot_device;
	uint32_t	mi_cmdline;
	uint32_t	mi_mods[2];
	uint32_t	mi_syms[4];
	uint32_t	mi_mmap_length;
	uint32_t	mi_mmap_addr;
};

struct mb_mmap {
	uint32_t	mm_size;	/* of what follows */
	uint64_t	mm_addr;
	uint64_t	mm_len;
	uint32_t	mm_type;
#define MB_MMAP_RAM	1
} __attribute__((__packed__));

/* physmem.c */
void	physmem_init(const struct mb_info *);
uint32_t physmem_boot_page(void);
bool	physmem_is_ram(uint32_t);
uint32_t physmem_end(void);

/* com.c */
void	com_init(void);
void	com_attach(void);

/* trap.c, syscall.c */
void	trap(struct trapframe *);
void	trap_print(const struct trapframe *, uint32_t);
void	syscall(struct trapframe *);
void	userenter(struct proc *, const struct trapframe *);
void	userret(struct proc *, struct trapframe *);

/* vm_machdep.c */
extern struct pcb *curpcb;
void	proc_begin(void);
void	proc_touser(struct trapframe *);
void	stack_check(void);

#endif /* _I386_MACHDEP_H_ */
