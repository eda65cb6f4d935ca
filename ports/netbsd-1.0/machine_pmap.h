/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * machine_pmap.h: what <machine/pmap.h> of NetBSD 1.0/i386 includes.
 *
 * The module's own pmap.h, and round it the names that the other files of
 * that kernel use: the slots of the directory, the recursive map, and three
 * calls whose form differs there.  Included by <vm/pmap.h>, which has declared
 * its own struct pmap_statistics and declares the calls again afterwards.
 *
 * It is read by programs too (ps), for struct pmap; the module's calls that
 * they see with it are declarations.
 */
#ifndef _I386_PMAP_H_
#define _I386_PMAP_H_

#include <machine/cpufunc.h>
#include <machine/pte.h>

/* Slots of the directory, for locore and genassym. */
#define UPTDI		0x3de		/* u-area and kernel stack */
#define PTDPTDI		0x3df		/* the recursive map */
#define KPTDI		0x3e0		/* the kernel's first */
#define NKPDE		11		/* page tables that locore makes */
#define APTDPTDI	0x3ff		/* named by locore, not used */

/*
 * <vm/pmap.h> counts in longs; the module in unsigned ints, in the same
 * places.  It gives pmap_phys_address an int.
 */
#define pmap_statistics		pmap386_statistics
#define pmap_phys_address	pmap386_phys_address
#include "pmap.h"
#undef pmap_statistics
#undef pmap_phys_address

#ifdef KERNEL

/*
 * With this name defined, mlock(2) of any user's would be allowed up to a
 * limit; without it, it is the superuser's.  As it was.
 */
#undef pmap_wired_count

/* The current address space's page tables and directory: locore sets these. */
extern pt_entry_t PTmap[];
extern pd_entry_t PTD[], PTDpde;
extern pt_entry_t *Sysmap;
extern int IdlePTD;		/* physical address of the kernel's directory */

/* The PTE of an address of the current process or the kernel. */
static __inline pt_entry_t *
pmap386_pte(unsigned int va)
{
	return (&PTmap[va / 4096]);
}

/* The physical address behind it.  => something is mapped there */
static __inline unsigned int
pmap386_phys(unsigned int va)
{
	return (va % 4096 + (unsigned int)*pmap386_pte(va) / 4096 * 4096);
}

#define vtopte(va)	pmap386_pte((unsigned int)(va))
#define kvtopte(va)	pmap386_pte((unsigned int)(va))
#define vtophys(va)	pmap386_phys((unsigned int)(va))
#define pdei(va)	((unsigned int)(va) >> 22)

struct pcb;

/* Discovery of memory: machdep.c. */
__pure u_int pmap_page_index __P((vm_offset_t));

/* glue_boot.c */
void	pmap_bootstrap_host __P((vm_offset_t));
void	pmap_virtual_space_host __P((vm_offset_t *, vm_offset_t *));
void	pmap_activate_pcb __P((pmap_t, struct pcb *));
pt_entry_t *pmap_pte __P((pmap_t, vm_offset_t));
boolean_t pmap_mem_map __P((vm_offset_t, boolean_t));
boolean_t pmap_mem_device __P((vm_offset_t));

#define pmap_bootstrap		pmap_bootstrap_host
#define pmap_virtual_space	pmap_virtual_space_host
#define pmap_activate(pm, pcb)	pmap_activate_pcb((pm), (pcb))

#endif /* KERNEL */

#endif /* _I386_PMAP_H_ */
