/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * sysctl.h: names of sysctl, and the structures that it returns.
 *
 * A name has two levels; KERN_PROC has one more that is ignored.  Below
 * CTL_VM the names are in vm/vm_param.h; those from VM_AUDITSTATS up are
 * here.
 */
#ifndef _SYS_SYSCTL_H_
#define _SYS_SYSCTL_H_

#include <sys/types.h>
#include <sys/time.h>

#define CTL_MAXNAME	4

#define CTL_KERN	1
#define CTL_VM		2

#define KERN_MAXPROC	6		/* int */
#define KERN_PROC	14		/* struct kinfo_proc, one a process */
#define KERN_CPTIME	51		/* u_int[3]: user, system, idle */
#define KERN_BOOTLINE	64		/* string: the whole boot line */
#define KERN_STALL	65		/* struct stall_stats since last read */

#define VM_AUDITSTATS	32		/* struct audit_stats */
#define VM_POLICY	33		/* int, may be set: pmap_policy */
#define VM_AUDITRATE	34		/* int, may be set: seconds, 0 never */
#define VM_PAGEMAPS	35		/* u_int: mappings of the frame of the
					   address given as third name */

/* What the audits of the kernel process "auditd" have seen. */
struct audit_stats {
	u_int	as_audits;		/* audits made */
	u_int	as_violations;		/* sum of them all */
	u_int	as_ptes;		/* the last one's figures */
	u_int	as_links;
	u_int	as_ptps;
	u_int	as_pages;
	u_int	as_skipped;
	u_int	as_maxskipped;		/* most that any audit skipped */
};

/* The longest way between two chances to reschedule. */
struct stall_stats {
	u_int	st_longest;		/* cycles; 0: not measured */
	int	st_code;		/* in which system call, or STALL_* */
	u_int	st_chances;
	char	st_comm[20];		/* who it was */
};
#define STALL_TRAP	1000		/* and the number of the trap */
#define STALL_OTHER	2000		/* kernel process, or a signal */

struct kinfo_proc {
	pid_t	kp_pid;
	pid_t	kp_ppid;
	int	kp_flag;		/* P_* */
	int	kp_stat;		/* S*, as in proc.h */
	int	kp_priority;
	u_int	kp_rss;			/* pages mapped */
	u_int	kp_wired;		/* of them, wired */
	u_int	kp_vsize;		/* bytes of address space */
	u_int	kp_uticks;		/* ticks in user mode */
	u_int	kp_sticks;		/* ticks in the kernel */
	u_int	kp_minflt;
	u_int	kp_majflt;
	char	kp_wmesg[8];
	char	kp_comm[17];
};

#ifdef _KERNEL
extern struct audit_stats audit_stats;
extern int audit_rate;			/* seconds between audits, 0 none */

struct pmap_audit;
int	audit_now(struct pmap_audit *, bool);
void	audit_init(void);
void	audit_user(struct pmap_audit *);

void	stall_begin(int);
int	stall_end(void);
void	stall_forgive(void);
void	stall_read(struct stall_stats *);
#endif

#endif /* _SYS_SYSCTL_H_ */
