/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * pressure.c: the main job.  Starts all stressors, shows the figures once a
 * second, stops them when enough has been paged out and in again, and sums
 * up.
 *
 * Options, as words of the boot line or as arguments: seed=N, pages=N (how
 * many must go out and in), NAME=N (so often must happen what the SUMMARY
 * calls so: struct goal), duration=SECONDS (run just so long, whatever was
 * reached), only=NAME,NAME (fewer stressors).  What it prints is read by
 * tools/run.py: a STATUS line a second, a ROW a stressor, a SUMMARY at the
 * end, and before it a MISSING line for each goal that was not reached.
 *
 * Without a duration no clock ends a run, for a slow machine is no fault.  A
 * run that has done many times what its goals need gives them up.  One that
 * does nothing any more goes on for ever: who reads the STATUS lines sees it.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vmfig.h>

#include "stress.h"

enum {
	TICK_MS = 100,		/* between two looks at the clock */
	MORE = 20,		/* so many times the work, in vain */
	QUIET = 20		/* seconds of last checks, then say whose */
};

struct job {
	pid_t		j_pid;		/* 0: not started, or ended */
	int		j_status;
};

/* What must happen so often, and where it is counted. */
struct goal {
	const char	*g_name;	/* in the SUMMARY */
	size_t		 g_field;	/* of struct vmmeter */
	unsigned int	 g_wanted;
};

struct options {
	uint32_t	o_seed;
	unsigned int	o_pages;
	unsigned int	o_duration;
	char		o_only[64];
};

static struct job jobs[S_COUNT];
static struct options opt = { .o_seed = 1, .o_pages = 20000 };
static struct goal goals[] = {
	{ "pageouts", offsetof(struct vmmeter, v_pageouts), 0 },
	{ "pageins", offsetof(struct vmmeter, v_pageins), 0 },
	{ "audits", offsetof(struct vmmeter, v_audits), 0 },
	{ "stackptp_freed", offsetof(struct vmmeter, v_stackptp_freed), 0 },
	{ "maxsharers", offsetof(struct vmmeter, v_maxsharers), 0 },
	{ "cowfaults", offsetof(struct vmmeter, v_cow_faults), 0 },
	{ "collapses", offsetof(struct vmmeter, v_collapses), 0 },
	{ "bypasses", offsetof(struct vmmeter, v_bypasses), 0 },
	{ "maxchain", offsetof(struct vmmeter, v_maxchain), 0 },
};

enum { GOALS = sizeof(goals) / sizeof(goals[0]) };

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

/* The same as a number.  => dflt if it is not given */
static unsigned int
option_number(int argc, char **argv, const char *name, unsigned int dflt)
{
	char *value = option(argc, argv, name);

	return (value == NULL ? dflt : (unsigned int)strtoul(value, NULL, 0));
}

static void
read_options(int argc, char **argv)
{
	char *value;

	opt.o_seed = option_number(argc, argv, "seed", opt.o_seed);
	opt.o_pages = option_number(argc, argv, "pages", opt.o_pages);
	opt.o_duration = option_number(argc, argv, "duration", 0);
	goals[0].g_wanted = goals[1].g_wanted = opt.o_pages;
	for (int i = 0; i < GOALS; i++)
		goals[i].g_wanted = option_number(argc, argv, goals[i].g_name,
		    goals[i].g_wanted);
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

static unsigned int
goal_seen(const struct goal *g, const struct vmmeter *vm)
{
	unsigned int n;

	memcpy(&n, (const char *)vm + g->g_field, sizeof(n));
	return (n);
}

/* Has a stressor verified as much as it holds, and had pages read in? */
static bool
worked(int i)
{
	const struct ctl_slot *cs = &ctl->ct_slot[i];

	return (!wanted(stress_names[i]) ||
	    (cs->cs_verified >= plan[i].pl_pages &&
	    (opt.o_pages == 0 || cs->cs_ins != 0)));
}

/* Has everything happened that a run is to show? */
static bool
reached(const struct vmmeter *vm)
{
	for (int i = 0; i < GOALS; i++)
		if (goal_seen(&goals[i], vm) < goals[i].g_wanted)
			return (false);
	for (int i = 0; i < S_COUNT; i++)
		if (!worked(i))
			return (false);
	return (true);
}

/* Was so much done that the rest will not come any more? */
static bool
hopeless(const struct vmmeter *vm)
{
	uint64_t needed = opt.o_pages;

	for (int i = 0; i < S_COUNT; i++)
		needed += plan[i].pl_pages;
	return ((uint64_t)vm->v_pageouts + sum_verified() > MORE * needed);
}

/* => true when the time is up, or there is nothing more to wait for */
static bool
enough(const struct vmmeter *vm)
{
	if (opt.o_duration != 0)
		return (elapsed() >= opt.o_duration);
	return (reached(vm) || hopeless(vm));
}

static void
show_missing(const struct vmmeter *vm)
{
	for (int i = 0; i < GOALS; i++)
		if (goal_seen(&goals[i], vm) < goals[i].g_wanted)
			printf("MISSING %s=%u wanted=%u\n", goals[i].g_name,
			    goal_seen(&goals[i], vm), goals[i].g_wanted);
	for (int i = 0; i < S_COUNT; i++)
		if (!worked(i))
			printf("MISSING name=%s verified=%u wanted=%u "
			    "pageins=%u\n", stress_names[i],
			    ctl->ct_slot[i].cs_verified, plan[i].pl_pages,
			    ctl->ct_slot[i].cs_ins);
}

/* Who has not ended after its last checks? */
static void
show_late(void)
{
	printf("pressure: still at work:");
	for (int i = 0; i < S_COUNT; i++)
		if (jobs[i].j_pid != 0)
			printf(" %s", stress_names[i]);
	printf("\n");
}

/*
 * Until enough is done, something is wrong, or all have ended; when
 * stopping, until all have ended.
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
		if (stopping && shown == start + QUIET)
			show_late();
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

static int
stall_get(struct stall_stats *st)
{
	int name[2] = { CTL_KERN, KERN_STALL };
	size_t len = sizeof(*st);

	return (sysctl(name, 2, st, &len, NULL, 0));
}

/* Only to be seen: how long that may be is judged by make check-stall. */
static void
show_stall(void)
{
	struct stall_stats st;

	if (stall_get(&st) == 0 && st.st_longest != 0)
		printf("STALL cycles=%u call=%d of=%s\n", st.st_longest,
		    st.st_code, st.st_comm);
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
	struct stall_stats st;
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
	(void)stall_get(&st);		/* the boot does not count */
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
	if (opt.o_duration == 0 && sum_errors() == 0)
		show_missing(&vm);
	show_rows(vm.v_lockedpageins);
	show_stall();
	show_summary(&vm);
	return (sum_errors() != 0);
}
