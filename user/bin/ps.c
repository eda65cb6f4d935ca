/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * ps.c: the processes and what they use.
 */
#include <sys/types.h>
#include <sys/sysctl.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *
state(int stat)
{
	static const char *const names[] = { "?", "I", "R", "S", "T", "Z" };

	return (stat >= 0 && stat <= 5 ? names[stat] : "?");
}

static void
show(const struct kinfo_proc *kp)
{
	unsigned int ticks = kp->kp_uticks + kp->kp_sticks;

	printf("%5d %5d %s %7u %7u %5u %6u %6u %4u.%02u %-7s %s\n",
	    kp->kp_pid, kp->kp_ppid, state(kp->kp_stat), kp->kp_vsize / 1024,
	    kp->kp_rss * 4, kp->kp_wired * 4, kp->kp_minflt, kp->kp_majflt,
	    ticks / 100, ticks % 100, kp->kp_wmesg, kp->kp_comm);
}

int
main(void)
{
	int name[3] = { CTL_KERN, KERN_PROC, 0 };
	struct kinfo_proc *kp;
	size_t len = 0;

	if (sysctl(name, 3, NULL, &len, NULL, 0) < 0) {
		perror("ps: sysctl");
		return (1);
	}
	len += 8 * sizeof(*kp);
	kp = malloc(len);
	if (kp == NULL || sysctl(name, 3, kp, &len, NULL, 0) < 0) {
		perror("ps");
		return (1);
	}
	printf("  PID  PPID S  VSZ-KB  RSS-KB WIRED MINFLT MAJFLT"
	    "    TIME WAIT    COMMAND\n");
	for (size_t i = 0; i < len / sizeof(*kp); i++)
		show(&kp[i]);
	return (0);
}
