/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_MACHINE_CPU_H_
#define _STUB_MACHINE_CPU_H_

#define CPUCLASS_386	0

struct cpu_nameclass {
	char	*cpu_name;
	int	cpu_class;
};

extern int cpu;
extern struct cpu_nameclass i386_cpus[];

#endif /* _STUB_MACHINE_CPU_H_ */
