/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_VM_VM_KERN_H_
#define _STUB_VM_VM_KERN_H_

extern vm_map_t phys_map;

#endif /* _STUB_VM_VM_KERN_H_ */
