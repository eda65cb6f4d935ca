/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_MACHINE_PMAP_H_
#define _STUB_MACHINE_PMAP_H_

/* What the maintainer puts there. */
#include "machine_pmap.h"

#endif /* _STUB_MACHINE_PMAP_H_ */
