/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pressure.c: the main job.  Starts all stressors, shows the figures once a
 * second, stops them when enough has been paged out and in again, and sums
 * up.
 *
 * Options, as words of the boot line or as arguments: seed=N, pages=N (how
 * many must go out and in), duration=SECONDS (run just so long, whatever was
 * paged), limit=SECONDS (without a duration, the longest run), only=NAME,NAME
 * (fewer stressors).  What it prints is read by tools/run.py: a STATUS line a
 * second, a ROW a stressor, a SUMMARY at the end.  Whether the figures are
 * enough is for the reader to say.
 */
#include <sys/types.h>
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
	END = 30,		/* seconds for the stressors' last checks */
	DEEP_PAGES = 20000,	/* from so many pages on ... */
	DEEP_FREED = 100	/* ... a stack's page table goes so often */
};

struct job {
	pid_t		j_pid;		/* 0: not started, or ended */
	int		j_status;
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
	.o_seed = 1, .o_pages = 20000, .o_limit = 120
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
	if (opt.o_duration != 0)
		opt.o_limit = opt.o_duration;
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

/* Note the end of stressors.  => how many still run */
static int
reap(void)
{
	int status, live = 0;
	struct job *j;
	pid_t pid;

	while ((pid = wait4(-1, &status, WNOHANG, NULL)) > 0) {
		j = job_of(pid);
		if (j != NULL) {
			j->j_pid = 0;
			j->j_status = WIFSIGNALED(status) ?
			    128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
	}
	for (int i = 0; i < S_COUNT; i++)
		live += jobs[i].j_pid != 0;
	return (live);
}

/* Has every stressor verified as much as it holds, and had pages read in? */
static bool
all_worked(void)
{
	for (int i = 0; i < S_COUNT; i++) {
		const struct ctl_slot *cs = &ctl->ct_slot[i];

		if (wanted(stress_names[i]) &&
		    (cs->cs_verified < plan[i].pl_pages ||
		    (opt.o_pages > 0 && cs->cs_ins == 0)))
			return (false);
	}
	return (true);
}

/* => true when the time is up, or all was seen that a run is to show */
static bool
enough(const struct vmmeter *vm)
{
	if (elapsed() >= opt.o_limit)
		return (true);
	if (opt.o_duration != 0 || vm->v_pageouts < opt.o_pages ||
	    vm->v_pageins < opt.o_pages || !all_worked())
		return (false);
	return (opt.o_pages < DEEP_PAGES || !wanted("deepstack") ||
	    vm->v_stackptp_freed >= DEEP_FREED);
}

/* The stressors that have not ended yet will not. */
static void
give_up(void)
{
	for (int i = 0; i < S_COUNT; i++) {
		if (jobs[i].j_pid == 0)
			continue;
		printf("pressure: %s does not end\n", stress_names[i]);
		kill(jobs[i].j_pid, SIGKILL);
		jobs[i].j_status = 128 + SIGKILL;
	}
}

/*
 * Until enough is done, something is wrong, or all have ended; when
 * stopping, until all have ended or do not.
 */
static void
watch(bool stopping)
{
	unsigned int start = elapsed(), shown = start;
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
		if (stopping && shown >= start + END) {
			give_up();
			return;
		}
	}
}

static void
stop(void)
{
	printf("pressure: stopping at t=%u\n", elapsed());
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
		char sharers[24] = "";

		if (!wanted(stress_names[i]))
			continue;
		if (i == S_SHM)
			snprintf(sharers, sizeof(sharers), " sharers=%u",
			    cs->cs_sharers);
		printf("ROW name=%s procs=%u status=%d verified=%u bad=%u "
		    "pageins=%u pageouts=%u lockedpageins=%u seed=%u%s\n",
		    stress_names[i], cs->cs_procs, j->j_status,
		    cs->cs_verified, cs->cs_bad, cs->cs_ins, cs->cs_out,
		    i == S_WIRE ? cs->cs_locked + lockedpageins : 0,
		    opt.o_seed, sharers);
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
