/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pressure.c: the main job.  Starts all stressors, shows the figures once a
 * second, stops them when enough has been paged out and in again, and sums
 * up.
 *
 * Options, as words of the boot line or as arguments: seed=N, pages=N (how
 * many must go out and in), duration=SECONDS (run at least so long),
 * limit=SECONDS (give up then), only=NAME,NAME (fewer stressors).  What it
 * prints is read by tools/run.py: a STATUS line a second, a ROW a stressor,
 * a SUMMARY at the end.
 */
#include <sys/types.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vmfig.h>

#include "stress.h"

enum {
	TICK_MS = 100,		/* between two looks at the clock */
	OVER = 2		/* how often all pages must be verified */
};

struct job {
	pid_t		j_pid;		/* 0: not started, or ended */
	int		j_status;
	int		j_pageins;	/* of it and its descendants */
};

struct options {
	uint32_t	o_seed;
	unsigned int	o_pages;
	unsigned int	o_duration;
	unsigned int	o_limit;
	char		o_only[64];
};

static struct job jobs[S_COUNT];
static struct options opt = {
	.o_seed = 1, .o_pages = 20000, .o_limit = 150
};
static struct plan plan[S_COUNT];
static struct ctl *ctl;
static time_t started;

/* The value of NAME=VALUE from the arguments, else from the boot line. */
static char *
option(int argc, char **argv, const char *name)
{
	static char buf[64];
	size_t len = strlen(name);

	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], name, len) == 0 && argv[i][len] == '=')
			return (argv[i] + len + 1);
	return (bootoption_get(name, buf, sizeof(buf)));
}

static void
read_options(int argc, char **argv)
{
	char *value;

	if ((value = option(argc, argv, "seed")) != NULL)
		opt.o_seed = (uint32_t)strtoul(value, NULL, 0);
	if ((value = option(argc, argv, "pages")) != NULL)
		opt.o_pages = (unsigned int)strtoul(value, NULL, 0);
	if ((value = option(argc, argv, "duration")) != NULL)
		opt.o_duration = (unsigned int)strtoul(value, NULL, 0);
	if ((value = option(argc, argv, "limit")) != NULL)
		opt.o_limit = (unsigned int)strtoul(value, NULL, 0);
	if (opt.o_limit < opt.o_duration + 60)
		opt.o_limit = opt.o_duration + 60;
	if ((value = option(argc, argv, "only")) != NULL)
		strlcpy(opt.o_only, value, sizeof(opt.o_only));
}

static bool
wanted(const char *name)
{
	return (opt.o_only[0] == '\0' || strstr(opt.o_only, name) != NULL);
}

static void
start(enum stressor id)
{
	char path[32], name[16], seed[16], pages[16], procs[16];
	char *argv[] = { name, seed, pages, procs, NULL };

	snprintf(path, sizeof(path), "/bin/%s", stress_names[id]);
	snprintf(seed, sizeof(seed), "%u", opt.o_seed);
	snprintf(pages, sizeof(pages), "%u", plan[id].pl_pages);
	snprintf(procs, sizeof(procs), "%u", plan[id].pl_procs);
	strlcpy(name, stress_names[id], sizeof(name));
	jobs[id].j_pid = fork();
	if (jobs[id].j_pid == 0) {
		execv(path, argv);
		dprintf(STDERR_FILENO, "pressure: %s: %s\n", path,
		    strerror(errno));
		_exit(127);
	}
	if (jobs[id].j_pid < 0) {
		perror("pressure: fork");
		jobs[id].j_pid = 0;
		jobs[id].j_status = 126;
	}
}

static uint32_t
sum_verified(void)
{
	uint32_t n = 0;

	for (int i = 0; i < S_COUNT; i++)
		n += ctl->ct_slot[i].cs_verified;
	return (n);
}

/* Wrong pages, and stressors that failed. */
static uint32_t
sum_errors(void)
{
	uint32_t n = 0;

	for (int i = 0; i < S_COUNT; i++)
		n += ctl->ct_slot[i].cs_bad + (jobs[i].j_status != 0);
	return (n);
}

static unsigned int
elapsed(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return ((unsigned int)(tv.tv_sec - started));
}

static void
show_status(const struct vmmeter *vm)
{
	printf("STATUS t=%u free=%u active=%u inactive=%u wired=%u faults=%u "
	    "pageins=%u pageouts=%u mappings=%u ptps=%u reclaims=%u "
	    "audits=%u verified=%u errors=%u\n", elapsed(), vm->v_free_count,
	    vm->v_active_count, vm->v_inactive_count, vm->v_wire_count,
	    vm->v_faults, vm->v_pageins, vm->v_pageouts, vm->v_mappings,
	    vm->v_ptps, vm->v_reclaims, vm->v_audits, sum_verified(),
	    sum_errors());
}

static struct job *
job_of(pid_t pid)
{
	for (int i = 0; i < S_COUNT; i++)
		if (jobs[i].j_pid == pid)
			return (&jobs[i]);
	return (NULL);
}

/*
 * Note the end of stressors; what they used is what the sum over all ended
 * children grows by.
 * => how many still run
 */
static int
reap(void)
{
	struct rusage old, new;
	int status, live = 0;
	struct job *j;
	pid_t pid;

	getrusage(RUSAGE_CHILDREN, &old);
	while ((pid = wait4(-1, &status, WNOHANG, NULL)) > 0) {
		getrusage(RUSAGE_CHILDREN, &new);
		j = job_of(pid);
		if (j != NULL) {
			j->j_pid = 0;
			j->j_pageins = new.ru_majflt - old.ru_majflt;
			j->j_status = WIFSIGNALED(status) ?
			    128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
		old = new;
	}
	for (int i = 0; i < S_COUNT; i++)
		live += jobs[i].j_pid != 0;
	return (live);
}

/*
 * => true when every stressor has done something and enough was paged, or
 *    there is no hope
 */
static bool
enough(const struct vmmeter *vm)
{
	if (elapsed() >= opt.o_limit)
		return (true);
	for (int i = 0; i < S_COUNT; i++)
		if (wanted(stress_names[i]) &&
		    ctl->ct_slot[i].cs_verified < OVER * plan[i].pl_pages)
			return (false);
	return (vm->v_pageouts >= opt.o_pages &&
	    vm->v_pageins >= opt.o_pages && elapsed() >= opt.o_duration);
}

/* Until enough is done, something is wrong, or (stopping) all have ended. */
static void
watch(bool stopping)
{
	unsigned int shown = elapsed();
	struct vmmeter vm;

	for (;;) {
		stress_nap(TICK_MS);
		if (reap() == 0)
			return;
		if (elapsed() == shown)
			continue;
		shown = elapsed();
		if (vmmeter_get(&vm) < 0)
			return;
		show_status(&vm);
		if (!stopping && (enough(&vm) || sum_errors() != 0))
			return;
	}
}

static void
stop(void)
{
	__atomic_store_n(&ctl->ct_stop, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < S_COUNT; i++)
		if (jobs[i].j_pid > 0)
			kill(jobs[i].j_pid, SIGINT);
}

static void
show_rows(unsigned int lockedpageins)
{
	for (int i = 0; i < S_COUNT; i++) {
		const struct ctl_slot *cs = &ctl->ct_slot[i];
		const struct job *j = &jobs[i];

		if (!wanted(stress_names[i]))
			continue;
		printf("ROW name=%s procs=%u status=%d verified=%u bad=%u "
		    "pageins=%d pageouts=%u lockedpageins=%u seed=%u\n",
		    stress_names[i], cs->cs_procs, j->j_status,
		    cs->cs_verified, cs->cs_bad, j->j_pageins, cs->cs_out,
		    i == S_WIRE ? cs->cs_locked + lockedpageins : 0,
		    opt.o_seed);
	}
}

static void
show_summary(const struct vmmeter *vm)
{
	uint32_t bad = 0;

	for (int i = 0; i < S_COUNT; i++)
		bad += ctl->ct_slot[i].cs_bad;
	printf("SUMMARY pageouts=%u pageins=%u verified=%u bad=%u "
	    "violations=%u skipped=%u killed=%u audits=%u stackptp_freed=%u "
	    "maxsharers=%u cowfaults=%u collapses=%u bypasses=%u "
	    "maxchain=%u\n", vm->v_pageouts, vm->v_pageins, sum_verified(),
	    bad, vm->v_violations, vm->v_skipped, vm->v_killed, vm->v_audits,
	    vm->v_stackptp_freed, vm->v_maxsharers, vm->v_cow_faults,
	    vm->v_collapses, vm->v_bypasses, vm->v_maxchain);
}

int
main(int argc, char **argv)
{
	struct vmmeter vm;
	struct timeval tv;

	read_options(argc, argv);
	ctl = ctl_map();
	if (ctl == NULL) {
		perror("pressure: /ctl");
		return (2);
	}
	memset(ctl, 0, sizeof(*ctl));
	gettimeofday(&tv, NULL);
	started = tv.tv_sec;
	printf("pressure: seed=%u pages=%u duration=%u\n", opt.o_seed,
	    opt.o_pages, opt.o_duration);
	if (plan_make(plan) < 0) {
		perror("pressure: sysctl");
		return (2);
	}
	for (int i = 0; i < S_COUNT; i++)
		if (wanted(stress_names[i]))
			start((enum stressor)i);
	watch(false);
	stop();
	watch(true);
	if (vmmeter_get(&vm) < 0) {
		perror("pressure: sysctl");
		return (2);
	}
	show_rows(vm.v_lockedpageins);
	show_summary(&vm);
	return (sum_errors() != 0);
}
