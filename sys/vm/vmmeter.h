/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vmmeter.h: what the VM counts.  Programs read it with sysctl.
 */
#ifndef _VM_VMMETER_H_
#define _VM_VMMETER_H_

/*
 * Counters since boot, in pages unless said otherwise.  Page-ins and
 * page-outs are those of the swap area, by a fault or by the pagedaemon,
 * counted when the transfer is done; of files they stand apart.
 */
struct vmmeter {
	/* Events. */
	unsigned int	v_faults;	/* calls of vm_fault */
	unsigned int	v_cow_faults;	/* pages copied for a write */
	unsigned int	v_zfod;		/* pages filled with zeros */
	unsigned int	v_pageins;	/* read from swap */
	unsigned int	v_pageouts;	/* written to swap */
	unsigned int	v_vnodepgsin;	/* read from files */
	unsigned int	v_vnodepgsout;	/* written to files */
	unsigned int	v_pgpgouts;	/* clusters written (transfers) */
	unsigned int	v_intrans;	/* faults that waited for a busy page */
	unsigned int	v_reactivated;	/* inactive pages found in use */
	unsigned int	v_deactivated;	/* active pages made inactive */
	unsigned int	v_freed;	/* pages freed by the pagedaemon */
	unsigned int	v_scan;		/* passes of the pagedaemon */
	unsigned int	v_retest;	/* M found set after unmapping */
	unsigned int	v_lookups;	/* object cache: looked for */
	unsigned int	v_hits;		/* and found */
	unsigned int	v_collapses;	/* shadow objects merged upwards */
	unsigned int	v_bypasses;	/* shadow objects stepped over */
	unsigned int	v_maxchain;	/* deepest shadow chain in a fault */
	unsigned int	v_killed;	/* processes killed for memory */
	unsigned int	v_pageinerrs;	/* page-ins that failed */
	unsigned int	v_pageouterrs;	/* page-outs that failed */
	unsigned int	v_lockedpageins; /* page-ins of pages wired by mlock */
	/* State. */
	unsigned int	v_page_size;	/* bytes */
	unsigned int	v_page_count;	/* pages that the VM manages */
	unsigned int	v_free_count;
	unsigned int	v_active_count;
	unsigned int	v_inactive_count;
	unsigned int	v_wire_count;
	unsigned int	v_free_min;	/* wakes the pagedaemon */
	unsigned int	v_free_target;	/* what it aims at */
	unsigned int	v_free_reserved; /* not for user memory */
	unsigned int	v_inactive_target;
	unsigned int	v_swap_pages;	/* size of the swap area */
	unsigned int	v_swap_free;	/* of it, free */
	unsigned int	v_swap_bad;	/* of it, given up after errors */
	unsigned int	v_objects;	/* memory objects */
	unsigned int	v_cached;	/* of these, in the cache */
	/* Of the pmap; filled in when the structure is read. */
	unsigned int	v_mappings;
	unsigned int	v_ptps;
	unsigned int	v_reclaims;
	unsigned int	v_audits;
	unsigned int	v_violations;
	unsigned int	v_skipped;	/* PTEs that the last audit skipped */
	unsigned int	v_stackptp_freed; /* page tables of the top 4 MB */
	unsigned int	v_maxsharers;	/* most mappings of one page */
	unsigned int	v_pinned;	/* pages that directories and page */
	unsigned int	v_pinlimit;	/* tables pin, and how many they may */
	unsigned int	v_pinrefused;	/* forks, wirings refused for that */
};

/*
 * Sums over all processes, in pages.
 */
struct vmtotal {
	short		t_rq;		/* runnable */
	short		t_dw;		/* waiting for memory or a disk */
	short		t_pw;		/* waiting for a page */
	short		t_sl;		/* asleep */
	short		t_sw;		/* swapped out: none */
	int		t_vm;		/* virtual memory of all maps */
	int		t_rm;		/* real memory in use */
	int		t_free;		/* free pages */
};

#ifdef _KERNEL
extern struct vmmeter cnt;
#endif

#endif /* _VM_VMMETER_H_ */
