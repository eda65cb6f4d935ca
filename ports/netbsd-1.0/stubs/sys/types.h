/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_SYS_TYPES_H_
#define _STUB_SYS_TYPES_H_

typedef unsigned char	u_int8_t;
typedef unsigned short	u_int16_t;
typedef unsigned int	u_int32_t;
typedef unsigned long long u_int64_t;
typedef unsigned int	u_int;
typedef unsigned short	u_short;
typedef unsigned long	u_long;
typedef char		*caddr_t;

/* In that kernel both are longs: the module must not care. */
typedef unsigned long	vm_offset_t;
typedef unsigned long	vm_size_t;

#endif /* _STUB_SYS_TYPES_H_ */
