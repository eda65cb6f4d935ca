/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * cpufunc.h: the instructions that C has no words for.
 */
#ifndef _MACHINE_CPUFUNC_H_
#define _MACHINE_CPUFUNC_H_

#define CR0_PE		0x00000001
#define CR0_MP		0x00000002
#define CR0_EM		0x00000004
#define CR0_NE		0x00000020
#define CR0_WP		0x00010000
#define CR0_NW		0x20000000
#define CR0_CD		0x40000000
#define CR0_PG		0x80000000
#define CR4_PSE		0x00000010
#define CR4_PGE		0x00000080

#define CPUID_PSE	0x00000008
#define CPUID_TSC	0x00000010
#define CPUID_PGE	0x00002000

#ifndef __ASSEMBLER__

static inline unsigned char
inb(unsigned short port)
{
	unsigned char v;

	__asm__ volatile("inb %1,%0" : "=a" (v) : "Nd" (port));
	return (v);
}

static inline void
outb(unsigned short port, unsigned char v)
{
	__asm__ volatile("outb %0,%1" : : "a" (v), "Nd" (port));
}

static inline void
insl(unsigned short port, void *addr, unsigned int count)
{
	__asm__ volatile("cld; rep insl" : "+D" (addr), "+c" (count)
	    : "d" (port) : "memory");
}

static inline void
insw(unsigned short port, void *addr, unsigned int count)
{
	__asm__ volatile("cld; rep insw" : "+D" (addr), "+c" (count)
	    : "d" (port) : "memory");
}

static inline void
outsl(unsigned short port, const void *addr, unsigned int count)
{
	__asm__ volatile("cld; rep outsl" : "+S" (addr), "+c" (count)
	    : "d" (port) : "memory");
}

static inline void
disable_intr(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static inline void
enable_intr(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline unsigned int
read_eflags(void)
{
	unsigned int f;

	__asm__ volatile("pushfl; popl %0" : "=r" (f));
	return (f);
}

static inline void
write_eflags(unsigned int f)
{
	__asm__ volatile("pushl %0; popfl" : : "r" (f) : "memory", "cc");
}

static inline unsigned int
rcr0(void)
{
	unsigned int v;

	__asm__ volatile("movl %%cr0,%0" : "=r" (v));
	return (v);
}

static inline void
lcr0(unsigned int v)
{
	__asm__ volatile("movl %0,%%cr0" : : "r" (v) : "memory");
}

static inline unsigned int
rcr2(void)
{
	unsigned int v;

	__asm__ volatile("movl %%cr2,%0" : "=r" (v));
	return (v);
}

static inline unsigned int
rcr3(void)
{
	unsigned int v;

	__asm__ volatile("movl %%cr3,%0" : "=r" (v));
	return (v);
}

static inline void
lcr3(unsigned int v)
{
	__asm__ volatile("movl %0,%%cr3" : : "r" (v) : "memory");
}

/* Only where CPUID says so. */
static inline unsigned long long
rdtsc(void)
{
	unsigned long long v;

	__asm__ volatile("rdtsc" : "=A" (v));
	return (v);
}

/* Only where CPUID is there: a 386 and early 486 have no CR4. */
static inline unsigned int
rcr4(void)
{
	unsigned int v;

	__asm__ volatile("movl %%cr4,%0" : "=r" (v));
	return (v);
}

static inline void
lcr4(unsigned int v)
{
	__asm__ volatile("movl %0,%%cr4" : : "r" (v) : "memory");
}

static inline void
invlpg(unsigned int va)
{
	__asm__ volatile("invlpg (%0)" : : "r" (va) : "memory");
}

static inline void
cpuid(unsigned int leaf, unsigned int r[4])
{
	__asm__ volatile("cpuid" : "=a" (r[0]), "=b" (r[1]), "=c" (r[2]),
	    "=d" (r[3]) : "0" (leaf));
}

#endif /* !__ASSEMBLER__ */

#endif /* _MACHINE_CPUFUNC_H_ */
