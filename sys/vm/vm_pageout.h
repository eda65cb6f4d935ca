/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_pageout.h: the pagedaemon.
 */
#ifndef _VM_PAGEOUT_H_
#define _VM_PAGEOUT_H_

void	vm_pageout(void *);		/* the daemon; never returns */
void	vm_pageout_init(void);
void	vm_pageout_oom(const char *);
void	vm_wait(const char *);

#define VM_WAIT		vm_wait(__func__)

/* Has memory run so low that the daemon should look? */
static inline bool
vm_paging_needed(void)
{

	return (cnt.v_free_count < cnt.v_free_min ||
	    (cnt.v_free_count < cnt.v_free_target &&
	    cnt.v_inactive_count < cnt.v_inactive_target));
}

#endif /* _VM_PAGEOUT_H_ */
