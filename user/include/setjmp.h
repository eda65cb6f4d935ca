/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * setjmp.h: jumps out of functions and of signal handlers.
 *
 * sigsetjmp saves the signal mask when its second argument is not 0, and
 * siglongjmp then restores it.
 */
#ifndef _SETJMP_H_
#define _SETJMP_H_

typedef int jmp_buf[8];		/* ebx esi edi ebp esp eip mask saved */
typedef jmp_buf sigjmp_buf;

int	setjmp(jmp_buf) __attribute__((returns_twice));
void	longjmp(jmp_buf, int) __attribute__((noreturn));
int	sigsetjmp(sigjmp_buf, int) __attribute__((returns_twice));
void	siglongjmp(sigjmp_buf, int) __attribute__((noreturn));

#endif /* _SETJMP_H_ */
