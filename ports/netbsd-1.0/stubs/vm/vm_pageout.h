/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_VM_VM_PAGEOUT_H_
#define _STUB_VM_VM_PAGEOUT_H_

extern int vm_pages_needed;

static inline void
stub_wait(void)
{
	thread_wakeup((int)&vm_pages_needed);
	thread_sleep((int)&cnt.v_free_count, NULL, FALSE);
}

#define VM_WAIT		stub_wait()

#endif /* _STUB_VM_VM_PAGEOUT_H_ */
