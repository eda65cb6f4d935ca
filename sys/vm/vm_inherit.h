/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_inherit.h: what a child gets of a range of its parent's memory.
 */
#ifndef _VM_INHERIT_H_
#define _VM_INHERIT_H_

#define VM_INHERIT_SHARE	0	/* the same memory */
#define VM_INHERIT_COPY		1	/* a copy, made on write */
#define VM_INHERIT_NONE		2	/* nothing */
#define VM_INHERIT_DEFAULT	VM_INHERIT_COPY

#endif /* _VM_INHERIT_H_ */
