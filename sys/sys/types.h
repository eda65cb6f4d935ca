/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * types.h: the types of the system calls, the kernel and the VM.
 */
#ifndef _SYS_TYPES_H_
#define _SYS_TYPES_H_

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#define __dead2		__attribute__((__noreturn__))
#define __printflike(f, a) __attribute__((__format__(__printf__, f, a)))

typedef unsigned char	u_char;
typedef unsigned short	u_short;
typedef unsigned int	u_int;
typedef unsigned long	u_long;

typedef char		*caddr_t;
typedef int		 register_t;
typedef int		 pid_t;
typedef int		 ssize_t;
typedef int64_t		 off_t;
typedef int32_t		 daddr_t;	/* disk address, 512-byte sectors */
typedef uint32_t	 dev_t;		/* major << 8 | minor */
typedef uint32_t	 ino_t;
typedef uint16_t	 mode_t;
typedef uint32_t	 uid_t;
typedef uint32_t	 gid_t;
typedef int32_t		 time_t;
typedef uint32_t	 fixpt_t;

typedef unsigned int	 vm_offset_t;
typedef unsigned int	 vm_size_t;
typedef int		 vm_prot_t;
typedef int		 boolean_t;
#ifndef TRUE
#define TRUE		1
#define FALSE		0
#endif

#define major(d)	((int)(((dev_t)(d) >> 8) & 0xff))
#define minor(d)	((int)((dev_t)(d) & 0xff))
#define makedev(a, b)	((dev_t)(((a) << 8) | (b)))
#define NODEV		((dev_t)-1)

/* Sets of descriptors for select. */
#define FD_SETSIZE	64
#define NFDBITS		32

typedef struct fd_set {
	uint32_t fds_bits[FD_SETSIZE / NFDBITS];
} fd_set;

#define FD_SET(n, p)	((p)->fds_bits[(n) / NFDBITS] |= 1u << ((n) % NFDBITS))
#define FD_CLR(n, p)	((p)->fds_bits[(n) / NFDBITS] &= \
			    ~(1u << ((n) % NFDBITS)))
#define FD_ISSET(n, p)	(((p)->fds_bits[(n) / NFDBITS] >> ((n) % NFDBITS)) & 1)
#define FD_ZERO(p)	((p)->fds_bits[0] = (p)->fds_bits[1] = 0)

#endif /* _SYS_TYPES_H_ */
