/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * reboot.h: what reboot(2) and cpu_reboot are told.
 *
 * With RB_HALT, bits 8 to 14 are the status for the emulator's exit port.
 */
#ifndef _SYS_REBOOT_H_
#define _SYS_REBOOT_H_

#define RB_AUTOBOOT	0
#define RB_HALT		0x08
#define RB_STATUS(n)	(((n) & 0x7f) << 8)
#define RB_GETSTATUS(h)	(((h) >> 8) & 0x7f)

#ifdef _KERNEL
void	boot(int) __attribute__((__noreturn__));
void	cpu_reboot(int) __attribute__((__noreturn__));	/* sys/i386 */
#endif

#endif /* _SYS_REBOOT_H_ */
