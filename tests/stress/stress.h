/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * stress.h: what the stressors have in common.
 *
 * A stressor is a program of the root image, called as `NAME SEED [PAGES
 * [PROCS]]`.  It runs until told to stop, by SIGINT or by the stop word of
 * /ctl, verifies all it holds once more, and exits 0; at the first wrong
 * byte it prints a BAD line and exits 1.  Its figures are in its slot of
 * /ctl, a file that all map shared.
 */
#ifndef _STRESS_H_
#define _STRESS_H_

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "libkern.h"
#include "stamp.h"

enum stressor {
	S_HOG, S_FORKTREE, S_SHM, S_FILEMAP, S_CHURN, S_WIRE, S_DEEPSTACK,
	S_EXECSTORM, S_COUNT
};

/* Figures of one stressor.  Several processes add: use ctl_add. */
struct ctl_slot {
	uint32_t	cs_verified;	/* pages verified */
	uint32_t	cs_bad;		/* pages found wrong */
	uint32_t	cs_live;	/* processes now */
	uint32_t	cs_procs;	/* most processes at once */
	uint32_t	cs_locked;	/* page-ins of locked pages */
	uint32_t	cs_faults;	/* faults provoked and caught */
	uint32_t	cs_out;		/* pages seen to have gone out */
	uint32_t	cs_rounds;	/* rounds done */
	uint32_t	cs_ins;		/* own pages read in by a touch */
	uint32_t	cs_sharers;	/* most processes mapping one page */
};

/* The file /ctl, one page of zeros in the image. */
struct ctl {
	uint32_t	ct_stop;	/* not 0: all finish */
	uint32_t	ct_pad[7];
	struct ctl_slot	ct_slot[S_COUNT];
};

_Static_assert(sizeof(struct ctl) <= STAMP_PAGE, "ctl is one page");

/* How much a stressor shall use; from the memory of the machine. */
struct plan {
	unsigned int	pl_pages;
	unsigned int	pl_procs;
};

struct stress {
	const char	*st_name;
	enum stressor	st_id;
	uint32_t	st_seed;
	struct plan	st_plan;
	struct prng	st_prng;	/* this process's choices */
	struct ctl	*st_ctl;
	struct ctl_slot	*st_slot;
	volatile int	st_interrupted;
};

extern struct stress stress;
extern const char *const stress_names[S_COUNT];

/* plan.c */
int	plan_make(struct plan[S_COUNT]);

/* stress.c */
struct ctl *ctl_map(void);
void	stress_attach(enum stressor, uint32_t);
void	stress_init(enum stressor, int, char **);
bool	stress_running(void);
void	stress_page_in(const void *);
void	stress_verify(const void *, const struct stamp *);
void	stress_bad(const void *, const struct stamp_fault *);
void	stress_fail(const char *, ...)
	    __attribute__((format(printf, 1, 2), noreturn));
void	*stress_map(size_t, int);
pid_t	stress_fork(uint32_t);
int	stress_start(unsigned int, void (*)(unsigned int));
void	stress_exit(int) __attribute__((noreturn));
int	stress_wait(int);
void	stress_nap(unsigned int);
void	stress_count_out(void *, unsigned int, uint8_t *);

/* One add that no other process can tear. */
static inline void
ctl_add(uint32_t *counter, uint32_t n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static inline uint32_t
stress_below(uint32_t n)
{
	return (prng_below(&stress.st_prng, n));
}

#endif /* _STRESS_H_ */
