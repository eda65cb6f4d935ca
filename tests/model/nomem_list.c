/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * nomem_list.c: the scenarios, by family.
 *
 * The words are those of nomem_parse.c.  Pmap 0 is the one that is worked on,
 * 1 and 2 are others, 3 holds what empties the reserve in a set-up.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "nomem.h"

#define LIST_MAX	480u

static struct nm_scenario list[LIST_MAX];
static uint32_t count;

/* Set-ups that leave this in reserve. */
#define EMPTY		"z1 y1 z0"

static const struct reserve {
	const char	*r_name;
	const char	*r_setup;
} reserves[] = {
	{ "last", "y1" },		/* one table ready, one slice free */
	{ "no-table", "y4 z0" },
	{ "no-slice", "y0" },
	{ "empty", EMPTY }
};
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static void __attribute__((__format__(__printf__, 3, 0)))
put(char *text, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(text, size, fmt, ap);

	if (n < 0 || (size_t)n >= size) {
		printf("nomem: too long for a scenario: %s\n", text);
		exit(2);
	}
}

/*
 * A scenario with this name; the texts follow.
 */
static struct nm_scenario * __attribute__((__format__(__printf__, 2, 3)))
add(uint32_t flags, const char *fmt, ...)
{
	struct nm_scenario *sc = &list[count];
	va_list ap;

	if (++count > LIST_MAX) {
		printf("nomem: more than %u scenarios\n", LIST_MAX);
		exit(2);
	}
	sc->sc_flags = flags;
	va_start(ap, fmt);
	put(sc->sc_name, sizeof(sc->sc_name), fmt, ap);
	va_end(ap);
	return (sc);
}

static void __attribute__((__format__(__printf__, 2, 3)))
set_up(struct nm_scenario *sc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(sc->sc_setup, sizeof(sc->sc_setup), fmt, ap);
	va_end(ap);
}

static void __attribute__((__format__(__printf__, 2, 3)))
do_steps(struct nm_scenario *sc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(sc->sc_steps, sizeof(sc->sc_steps), fmt, ap);
	va_end(ap);
}

static void __attribute__((__format__(__printf__, 2, 3)))
meanwhile(struct nm_scenario *sc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(sc->sc_hook, sizeof(sc->sc_hook), fmt, ap);
	va_end(ap);
}

static void
takes(struct nm_scenario *sc, uint32_t p, uint32_t slot)
{
	sc->sc_flags |= NM_TAKES;
	sc->sc_pmap = (uint8_t)p;
	sc->sc_slot = (uint8_t)slot;
}

/* ----- one enter ----- */

/*
 * Every kind of enter over every state of the reserve; %s is "" or "w".
 */
static const struct {
	const char	*e_name;
	const char	*e_setup;
	const char	*e_steps;
} enters[] = {
	{ "first", "n0", "e0:5=0%s m0:5" },
	{ "second-slice", "n0 e0:1a=1", "e0:1c=0%s m0:1c r0:1a" },
	{ "page-for-device", "n0 e0:5=12", "e0:5=0%s r0:5" },
	{ "device", "n0", "e0:5=12%s" },
	{ "stack-top", "n0", "e0:44=0%s m0:44" },
	{ "above-user", "n0 n1 e1:44b=0", "e0:44b=0%s" },
	{ "replaced", "n0", "e0:5=0 m0:5 e0:5=1%s r0:5 N0" },
	{ "same-again", "n0", "e0:5=0%s m0:5 e0:5=0r M0 r0:5" },
	{ "pinit", "i0", "e0:5=0%s r0:5 e0:1d=0 m0:1d" },
};

static void
list_enters(void)
{
	static const char *const wired[] = { "", "w" };
	static const char *const wname[] = { "unwired", "wired" };
	struct nm_scenario *sc;
	uint32_t e, r, w;
	char steps[NM_TEXT];

	for (e = 0; e < COUNT(enters); e++)
		for (r = 0; r < COUNT(reserves); r++)
			for (w = 0; w < 2; w++) {
				sc = add(0, "enter-%s-%s-%s", enters[e].e_name,
				    reserves[r].r_name, wname[w]);
				set_up(sc, "%s n3 %s", enters[e].e_setup,
				    reserves[r].r_setup);
				snprintf(steps, sizeof(steps),
				    enters[e].e_steps, wired[w]);
				do_steps(sc, "%s", steps);
			}
}

/*
 * On a 386, and with pages that look like tables before they are cleared.
 */
static void
list_machines(void)
{
	static const char *const name[] = { "386", "stale-ptes" };
	static const uint32_t flag[] = { NM_386, NM_PTES };
	struct nm_scenario *sc;
	uint32_t m;

	for (m = 0; m < 2; m++) {
		sc = add(flag[m], "%s-first", name[m]);
		set_up(sc, "n0 a0 n3 " EMPTY);
		do_steps(sc, "f0:4-6=0 m0:4-6 x0:4-5 f0:7-8=1w");
		sc = add(flag[m], "%s-victim-loaded", name[m]);
		set_up(sc, "n0 n3 e0:1a-1d=1 m0:1b a0 " EMPTY);
		do_steps(sc, "e0:6=0 m0:6 r0:1a m0:1c");
		takes(sc, 0, 1);
		sc = add(flag[m], "%s-victim-foreign", name[m]);
		set_up(sc, "n0 n1 n3 e1:5=1 m1:5 a0 " EMPTY);
		do_steps(sc, "e0:6=0w m0:6 M1 m1:5");
		takes(sc, 1, 5);
		sc = add(flag[m], "%s-nothing", name[m]);
		set_up(sc, "n0 n1 n3 f1:4-9=1w m1:4-9 " EMPTY);
		do_steps(sc, "e0:6=0 r0:6");
		sc->sc_flags |= NM_NOTHING;
		sc = add(flag[m], "%s-create", name[m]);
		set_up(sc, "n1 n3 f1:4-6=1 m1:4-6 " EMPTY);
		do_steps(sc, "n0 e0:5=0 m0:5 d0 i0 f0:0-3=1");
		sc = add(flag[m], "%s-wait", name[m]);
		set_up(sc, "n0 n1 n3 f1:4-6=1w m1:4-6 " EMPTY);
		do_steps(sc, "e0:5=0w m0:5");
		meanwhile(sc, "x1:4 a1 m1:5");
	}
}

/* ----- a new pmap ----- */

static void
list_creates(void)
{
	static const struct reserve rs[] = {
		{ "last", "y1" }, { "empty", EMPTY }, { "no-slice", "y0" },
		{ "directory-ready", "n2 " EMPTY " d2" },
		{ "two-ready", "f3:4-6=11 x3:4-6" },
		{ "victims", "n1 f1:4-6=1 m1:5 " EMPTY },
		{ "wired-and-victim", "n1 f1:4-6=1w e1:7=2 " EMPTY }
	};
	static const char how[] = { 'n', 'i' };
	static const char *const name[] = { "create", "pinit" };
	struct nm_scenario *sc;
	uint32_t h, r;

	for (h = 0; h < 2; h++) {
		for (r = 0; r < COUNT(rs); r++) {
			sc = add(0, "%s-%s", name[h], rs[r].r_name);
			set_up(sc, "n3 %s", rs[r].r_setup);
			do_steps(sc, "%c0 e0:5=0 m0:5", how[h]);
		}
		sc = add(NM_NOTHING, "%s-all-wired", name[h]);
		set_up(sc, "n1 n3 f1:4-14=2w " EMPTY);
		do_steps(sc, "%c0", how[h]);
		sc = add(0, "%s-two", name[h]);
		set_up(sc, "n1 n3 f1:4-14=2 " EMPTY);
		do_steps(sc, "%c0 %c2 e0:5=0 e2:5=0 d0 %c0 d2", how[h], how[h],
		    how[h]);
	}
}

/* ----- victims ----- */

/*
 * Twelve tables, all but one of them wired.
 */
static void
list_alone(void)
{
	struct nm_scenario *sc;
	uint32_t i;

	for (i = 4; i < 16; i++) {
		sc = add(0, "alone-%u", i - 4);
		if (i == 4)
			set_up(sc, "n0 n1 n3 e1:4=2 f1:5-15=2w " EMPTY);
		else if (i == 15)
			set_up(sc, "n0 n1 n3 f1:4-14=2w e1:15=2 " EMPTY);
		else
			set_up(sc, "n0 n1 n3 f1:4-%u=2w e1:%u=2 f1:%u-15=2w "
			    EMPTY, i - 1, i, i + 1);
		do_steps(sc, "e0:5=0 m0:5");
		takes(sc, 1, i);
	}
}

/*
 * Twelve tables of three pmaps, one with fewer entries than the others: it
 * goes if it is among the eight that are looked at, else the oldest.
 */
static void
list_fewest(void)
{
	static const uint32_t owner[] = { 1, 2, 0 };
	struct nm_scenario *sc;
	char text[NM_TEXT];
	uint32_t i, j, n;

	for (i = 0; i < 12; i++) {
		for (j = n = 0; j < 12; j++)
			n += (uint32_t)snprintf(text + n, sizeof(text) - n,
			    i == j ? "e%u:%ua=2 " : "e%u:%ua-%ub=2 ",
			    owner[j / 4], j % 4, j % 4);
		sc = add(0, "fewest-%u", i);
		set_up(sc, "n0 n1 n2 n3 %s" EMPTY, text);
		do_steps(sc, "e0:5=0 m0:5");
		if (i < 8)
			takes(sc, owner[i / 4], i % 4);
		else
			takes(sc, 1, 0);
	}
}

/*
 * Twelve tables, all but one of them in use: the cold one goes if it is among
 * the eight that are looked at, else the oldest after these.
 */
static void
list_cold(void)
{
	struct nm_scenario *sc;
	uint32_t i;

	for (i = 4; i < 16; i++) {
		sc = add(0, "cold-%u", i - 4);
		if (i == 4)
			set_up(sc, "n0 n1 n3 f1:4-15=2 m1:5-15 " EMPTY);
		else if (i == 15)
			set_up(sc, "n0 n1 n3 f1:4-15=2 r1:4-14 " EMPTY);
		else
			set_up(sc, "n0 n1 n3 f1:4-15=2 m1:4-%u r1:%u-15 "
			    EMPTY, i - 1, i + 1);
		do_steps(sc, "e0:5=0 m0:5 m1:%u", i);
		takes(sc, 1, i < 12 ? i : 12);
	}
}

/*
 * What the victim holds, whose it is, and what is loaded.
 */
static void
list_content(void)
{
	static const struct {
		const char	*c_name;
		uint32_t	c_slot;
		const char	*c_setup;	/* %1$u: the pmap */
		const char	*c_after;
	} content[] = {
		{ "untouched", 5, "e%1$u:5=1", "r%1$u:5" },
		{ "read", 5, "e%1$u:5=1 r%1$u:5", "F1 r%1$u:5" },
		{ "written", 5, "e%1$u:5=1 m%1$u:5", "M1 m%1$u:5" },
		{ "protected", 5, "e%1$u:5=1 m%1$u:5 p%1$u:5", "r%1$u:5" },
		{ "shared", 1, "e%1$u:1a-1b=1 m%1$u:1b", "R1 r%1$u:1a" },
		{ "slices", 1, "e%1$u:1a-1d=1 m%1$u:1c", "m%1$u:1d N1" },
		{ "device", 1, "e%1$u:1a=12 e%1$u:1b=2 m%1$u:1b", "F2" },
		{ "top", NM_TOP, "e%1$u:44=1 m%1$u:44 e%1$u:44b=2", "M1" }
	};
	struct nm_scenario *sc;
	uint32_t c, p, loaded;
	char setup[NM_TEXT], after[NM_TEXT];

	for (c = 0; c < COUNT(content); c++)
		for (p = 0; p < 2; p++)
			for (loaded = 0; loaded < 2; loaded++) {
				sc = add(0, "victim-%s-%s-%s",
				    content[c].c_name, p == 0 ? "own" :
				    "foreign", loaded ? "loaded" : "away");
				snprintf(setup, sizeof(setup),
				    content[c].c_setup, p);
				snprintf(after, sizeof(after),
				    content[c].c_after, p);
				set_up(sc, "n0 n1 n3 %s a%u " EMPTY, setup,
				    loaded ? p : 3);
				do_steps(sc, "e0:6=0 m0:6 %s", after);
				takes(sc, p, content[c].c_slot);
			}
}

/*
 * How a table came to have no wired entry, and others to have one.
 */
static void
list_wiring(void)
{
	static const struct {
		const char	*w_name;
		const char	*w_setup;
		uint32_t	w_slot;
	} w[] = {
		{ "unwired", "f1:4-7=2w U1:5", 5 },
		{ "wired-later", "f1:4-7=2 W1:4 W1:6-7", 5 },
		{ "to-and-fro", "f1:4-7=2w U1:5 W1:5 U1:6", 6 },
		{ "entered-again", "f1:4-7=2w e1:6=2", 6 },
		{ "other-page", "f1:4-7=2w e1:7=3", 7 },
		{ "wired-again", "f1:4-7=2 f1:4-6=2w", 7 },
		{ "removed", "e1:1a=2w e1:1b=3 f1:5-7=2w x1:1a", 1 },
		{ "page-removed", "e1:1a=2w e1:1b=3 f1:5-7=4w N2", 1 },
		{ "collected", "e1:1a=2w e1:1b=3 c1 e1:1c=4 U1:1a", 1 },
		{ "first-of-mixed", "e1:0a=2 e1:1a=2 e1:1b=3w e1:2a=2 "
		    "e1:2b=3w e1:3a=2 e1:3d=2w", 0 },
		{ "middle-of-mixed", "e1:0a=2 e1:0b=3w e1:1a=2 e1:2a=2 "
		    "e1:2b=3w e1:3a=2 e1:3d=2w", 1 },
		{ "last-of-mixed", "e1:0a=2 e1:0b=3w e1:1a=2 e1:1b=3w "
		    "e1:2a=2 e1:2b=3w e1:3a-3d=2", 3 },
		{ "ten-wired", "f1:4-13=2w e1:14=2 f1:15-24=3w", 14 }
	};
	struct nm_scenario *sc;
	uint32_t i;

	for (i = 0; i < COUNT(w); i++) {
		sc = add(0, "wiring-%s", w[i].w_name);
		set_up(sc, "n0 n1 n3 %s " EMPTY, w[i].w_setup);
		do_steps(sc, "e0:5=0 m0:5");
		takes(sc, 1, w[i].w_slot);
	}
}

/*
 * The table that is entered stands somewhere in the queue, and is spared.
 */
static void
list_spare(void)
{
	static const struct {
		const char	*s_name;
		const char	*s_setup;
		uint32_t	s_slot;
	} spare[] = {
		{ "first", "e0:1a=1 f1:4-12=2", 4 },
		{ "second", "e1:4=2 e0:1a=1 f1:5-12=2", 4 },
		{ "last", "f1:4-12=2 e0:1a=1", 4 },
		{ "before-one", "e0:1a=1 f1:4-14=2w e1:15=2", 15 },
		{ "after-one", "e1:15=2 e0:1a=1 f1:4-14=2w", 15 },
		{ "fewest", "e1:0a-0b=2 e0:1a=1 e1:2a-2b=2", 0 },
		{ "cold", "f1:4-6=2 m1:4-6 e0:1a=1", 4 },
		{ "hot", "e0:1a=1 f1:4-6=2 m0:1a m1:4-5", 6 }
	};
	struct nm_scenario *sc;
	uint32_t i;

	for (i = 0; i < COUNT(spare); i++) {
		sc = add(0, "spare-%s", spare[i].s_name);
		set_up(sc, "n0 n1 n3 %s " EMPTY, spare[i].s_setup);
		do_steps(sc, "e0:1c=0 m0:1c r0:1a");
		takes(sc, 1, spare[i].s_slot);
	}
}

/*
 * The last page tables are new and stay, though nobody uses them and the
 * others are in use.
 */
static void
list_new(void)
{
	struct nm_scenario *sc;

	sc = add(0, "new-one");
	set_up(sc, "n0 n1 n3 f1:4-6=2 m1:4-6 y1");
	do_steps(sc, "e0:5=0 e0:6=0 m0:5-6");
	takes(sc, 1, 4);
	sc = add(0, "new-alone");
	set_up(sc, "n0 n1 n3 f1:4-6=2w y1");
	do_steps(sc, "e0:5=0 e0:6=0 m0:6");
	takes(sc, 0, 5);
	sc = add(NM_SIX, "new-six");
	set_up(sc, "n0 n1 n3 f1:12-20=2 m1:12-20 y1");
	do_steps(sc, "f0:4-10=0 k0:4-10 m0:4-10");
	sc = add(NM_SIX, "new-six-of-three");
	set_up(sc, "n0 n1 n2 n3 f1:12-20=2 m1:12-20 y1");
	do_steps(sc, "e0:4=0 e2:4=0 e3:5=0 e0:44=0 e2:44=0 e3:6=0 e0:6=0 "
	    "k0:4 k2:4 k3:5 k0:44 k2:44 k3:6 k0:6");
}

/*
 * Pages become slices only while twelve page tables are at hand.
 */
static void
list_slices(void)
{
	struct nm_scenario *sc;
	uint32_t n;

	for (n = 16; n < 20; n++) {
		sc = add(NM_FULL | NM_SIX, "slices-%u", n);
		set_up(sc, "C%u n0 n1 n2", n);
		do_steps(sc, "e0:0a-3d=1 e1:0a-3d=1 e2:0a-3d=1 e0:0a-3d=2 "
		    "f1:4-9=3 m1:4-9");
	}
}

/*
 * Nothing to take: an unwired enter is left unmade, a wired one and a new
 * pmap wait.
 */
static void
list_nothing(void)
{
	static const uint32_t n[] = { 1, 4, 9, 14 };
	static const struct {
		const char	*o_name;
		const char	*o_setup;
		const char	*o_steps;
	} own[] = {
		{ "spared-slice", "e0:1a=1 m0:1a " EMPTY, "e0:1c=0" },
		{ "spared-wired", "e0:1a-1b=1 y0", "e0:1d=0w" },
		{ "spared-replaced", "e0:5=12 y0", "e0:5=0 r0:5" },
		{ "spared-others-stay", "e0:1a=12 e0:1b=12 y0", "e0:1a=0" },
		{ "spared-denied-twice", "e0:1a=1 " EMPTY, "e0:1c=0 e0:1d=2w" }
	};
	struct nm_scenario *sc;
	uint32_t i;

	for (i = 0; i < COUNT(n); i++) {
		sc = add(NM_NOTHING, "nothing-%u", n[i]);
		set_up(sc, "n0 n1 n3 f1:4-%u=2w " EMPTY, n[i] + 3);
		do_steps(sc, "e0:5=0 m0:5");
		sc = add(NM_NOTHING, "nothing-%u-wired", n[i]);
		set_up(sc, "n0 n1 n3 f1:4-%u=2w " EMPTY, n[i] + 3);
		do_steps(sc, "e0:5=0w m0:5");
	}
	for (i = 0; i < COUNT(own); i++) {
		sc = add(NM_NOTHING, "nothing-%s", own[i].o_name);
		set_up(sc, "n0 n1 n3 f1:4-6=2w %s", own[i].o_setup);
		do_steps(sc, "%s", own[i].o_steps);
	}
	sc = add(NM_NOTHING, "nothing-empty-world");
	set_up(sc, "n0 n3 " EMPTY);
	do_steps(sc, "e0:5=12 x0:5 e0:6=12");
	sc = add(0, "nothing-then-something");
	set_up(sc, "n0 n1 n3 f1:4-6=2w " EMPTY);
	do_steps(sc, "e0:5=0 U1:5 e0:6=0 m0:6");
	takes(sc, 1, 5);
}

/* ----- what others do in the meantime ----- */

static const struct {
	const char	*h_name;
	const char	*h_hook;
	bool		h_zero;		/* needs pmap 0 */
} hooks[] = {
	{ "memory", "l2", false },
	{ "same-va", "l1 e0:5=1", true },
	{ "same-mapping", "l1 e0:5=0 a0 m0:5", true },
	{ "came-and-went", "l1 e0:5=1 m0:5 x0:5", true },
	{ "same-slot", "l2 e0:1a=5 e0:1d=5w", true },
	{ "own-removed", "x0:0-44", true },
	{ "own-collected", "c0 U1:5", true },
	{ "other-removed", "x1:4-6", false },
	{ "other-unwired", "U1:4", false },
	{ "other-destroyed", "d1", false },
	{ "other-reborn", "d2 n2 e2:4=1w", false },
	{ "other-collected", "U1:5 c1", false },
	{ "page-removed", "N2", false },
	{ "page-protected", "R2 M2 F2 p1:4-6", false },
	{ "other-works", "a1 m1:4-6 r2:5", false },
	{ "other-enters", "e2:6=1 e2:7=1w a2 m2:6", false },
	{ "other-takes-all", "l3 e2:6=1w e2:7=1w e2:8=1w", false },
	{ "kernel-works", "e4:2=3 e4:0=4w e4:3=3w x4:2", false },
	{ "victim-appears", "l2 e1:20=7 a1 m1:20 l0", false },
};

static void
list_hooks(void)
{
	static const struct {
		const char	*k_name;
		const char	*k_setup;
		const char	*k_steps;
		bool		k_zero;
	} kinds[] = {
		{ "unwired", "n0", "e0:5=0 m0:5", true },
		{ "wired", "n0 e0:1a=5", "e0:5=0w m0:5 U0:5", true },
		{ "slice", "n0 e0:1a=1 m0:1a", "e0:1c=0w r0:1c", true },
		{ "create", "", "n0 e0:5=0 m0:5", false }
	};
	struct nm_scenario *sc;
	uint32_t k, h;

	for (k = 0; k < COUNT(kinds); k++)
		for (h = 0; h < COUNT(hooks); h++) {
			if (hooks[h].h_zero && !kinds[k].k_zero)
				continue;
			sc = add(0, "while-%s-%s", kinds[k].k_name,
			    hooks[h].h_name);
			set_up(sc, "n1 n2 n3 f1:4-6=2w e2:5=4w %s " EMPTY,
			    kinds[k].k_setup);
			do_steps(sc, "%s", kinds[k].k_steps);
			meanwhile(sc, "%s", hooks[h].h_hook);
		}
}

/* ----- after other operations ----- */

static void
list_after(void)
{
	static const struct {
		const char	*a_name;
		const char	*a_setup;
	} after[] = {
		{ "collect", "c0" }, { "collect-other", "c1" },
		{ "collect-wired", "W0:5 W0:7 c0" },
		{ "remove", "x0:4-9" }, { "remove-part", "x0:5-7 x1:4-44" },
		{ "page-protect", "N1" }, { "destroy", "d1" },
		{ "release", "d0 i0" }, { "release-create", "d0 d1 n1 n0" },
		{ "protect", "p0:4-44 R2" }, { "clear", "M1 F1 F2" }
	};
	struct nm_scenario *sc;
	uint32_t i, empty;

	for (i = 0; i < COUNT(after); i++)
		for (empty = 0; empty < 2; empty++) {
			sc = add(0, "after-%s-%s", after[i].a_name, empty ?
			    "empty" : "at-hand");
			set_up(sc, "n0 n1 n3 f0:4-9=1 m0:4 f1:4-7=2 m1:5 %s%s",
			    after[i].a_setup, empty ? " " EMPTY : "");
			do_steps(sc, "f0:10-14=0 m0:11 e0:1a-1d=3 m0:1c");
		}
}

/* ----- the arena's addresses run out ----- */

static void
list_full(void)
{
	static const char why[] = "no address is left, so no page is asked for";
	static const struct {
		const char	*f_name;
		const char	*f_fill;
		const char	*f_steps;
		const char	*f_hook;
		const char	*f_zero;
	} full[] = {
		{ "unwired", "A0", "f0:4-8=0 m0:4-8", "", why },
		{ "one-left", "A1", "f0:4-8=0 m0:4-8", "", NULL },
		{ "two-left", "A2", "f0:4-8=0w m0:4-8", "", NULL },
		{ "three-left", "A3", "e0:1a-1d=0 f0:4-8=1", "", NULL },
		{ "wired", "A2w", "f0:4-8=0 x1:4-9 f0:4-8=0", "", NULL },
		{ "wired-one-left", "A1w", "U1:4-6 f0:4-6=0w", "x1:0-1",
		    NULL },
		{ "wired-none-left", "A0w", "U1:4-6 f0:4-6=0w", "", why },
		{ "removed", "A0", "x1:4-9 f0:4-14=0 m0:9", "", NULL },
		{ "destroyed", "A0w", "d1 n1 f1:0-3=1 f0:4-14=0", "", NULL },
		{ "collected", "A0", "c2 f0:4-14=0", "", NULL },
		{ "hot", "A1", "m1:4-12 f0:4-8=0", "x1:9", NULL },
		{ "create", "A1", "d3 n3 e3:5=0 f0:4-8=0", "", NULL },
		{ "create-last", "A0", "d0 i0 f0:4-6=0w", "c1", why },
		{ "page-removed", "A0", "N11 f0:4-14=0", "", NULL }
	};
	struct nm_scenario *sc;
	uint32_t i;

	for (i = 0; i < COUNT(full); i++) {
		sc = add(NM_FULL, "full-%s", full[i].f_name);
		set_up(sc, "n0 n1 n2 n3 %s", full[i].f_fill);
		do_steps(sc, "%s", full[i].f_steps);
		meanwhile(sc, "%s", full[i].f_hook);
		sc->sc_zero = full[i].f_zero;
	}
}

/* ----- the floor ----- */

#define SIX	"f0:4-8=0 e0:44=0 k0:4-8 k0:44"

static const struct {
	const char	*f_name;
	const char	*f_setup;
	const char	*f_steps;
	const char	*f_hook;
} floors[] = {
	{ "six", "n0 n1 n2 n3", SIX " m0:4-8 m0:44", "" },
	{ "six-again", "n0 n1 n2 n3", SIX " f3:20-30=1 " SIX
	    " f3:15-20=1 k3:15-20 " SIX, "" },
	{ "six-in-turn", "n0 n1 n2 n3", "e0:4=0 e3:5=1 e0:6=0 e3:7=1 "
	    "e0:8=0 e3:44=1 k0:4 k3:5 k0:6 k3:7 k0:8 k3:44", "" },
	{ "wired", "n0 n1 n2 n3",
	    "e0:5=0w e0:5=0 W0:5 r0:5 f0:6-9=1w " SIX, "" },
	{ "replaced", "n0 n1 n2 n3 e0:5=3 m0:5",
	    "e0:5=0w N3 e0:5=3 r0:5 e0:5=3w m0:5 " SIX, "" },
	{ "same-table", "n0 n1 n2 n3 e0:1a=3w",
	    "e0:1c=4w e0:1b=4w m0:1c U0:1a W0:1a e0:2a=3w r0:1b " SIX, "" },
	{ "given-back", "n0 n1 n2 n3",
	    "U1:4 e0:5=0w e0:6=0w U0:5 e0:6=0w m0:6 N0 e0:6=0w W1:4 " SIX, "" },
	{ "create", "n1 n2 n3",
	    "n0 " SIX " d0 U1:4 n0 e0:5=0w m0:5 d0 W1:4 n0 " SIX, "" },
	{ "pinit", "n1 n2 n3",
	    "i0 " SIX " d0 U1:4 i0 e0:5=0w m0:5 d0 W1:4 i0 " SIX, "" },
	{ "killed", "n0 n1 n2 n3", "K1 e0:5=0w " SIX " e0:9=1w", "" },
	{ "largest-ends", "n0 n1 n2 n3", "e0:5=0w m0:5 " SIX, "d1" },
	{ "largest-removes", "n0 n1 n2 n3", "e0:5=0w e0:6=0w " SIX,
	    "x1:4-44" },
	{ "another-ends", "n1 n2 n3", "n0 e0:5=0w m0:5 f3:20-23=1 " SIX, "d2" },
};

/*
 * All is pinned that may be, and an address is left in the arena; what one
 * instruction needs is had all the same.
 */
static void
list_floor(void)
{
	struct nm_scenario *sc;
	uint32_t i;

	for (i = 0; i < COUNT(floors); i++) {
		sc = add(NM_FULL | NM_SIX, "floor-%s", floors[i].f_name);
		set_up(sc, "%s A1w", floors[i].f_setup);
		do_steps(sc, "%s", floors[i].f_steps);
		meanwhile(sc, "%s", floors[i].f_hook);
	}
}

/*
 * Memory runs out, and the process that waits for it is killed.
 */
static void
list_killed(void)
{
	static const struct {
		const char	*k_name;
		const char	*k_setup;
		const char	*k_steps;
		const char	*k_hook;
	} killed[] = {
		{ "wired", "n0 " EMPTY, "e0:5=0w m0:5 e0:6=1", "K1" },
		{ "slice", "n0 e0:1a=1 y0", "e0:1d=0w r0:1a", "K1" },
		{ "replaced", "n0 e0:5=12 " EMPTY, "e0:5=0w e0:5=1", "K1" },
		{ "create", EMPTY, "n0 e0:5=0", "K1" },
		{ "pinit", EMPTY, "i0 e0:5=0w d0", "K1" },
		{ "wired-before", "n0 " EMPTY, "K1 e0:5=0w K0 e0:5=0w", "" },
		{ "create-before", EMPTY, "K1 n0 d0 K0 n0 e0:5=0", "" },
		{ "with-memory", "n0 " EMPTY, "f0:5-7=0w m0:5", "K1 l1" }
	};
	struct nm_scenario *sc;
	uint32_t i;

	for (i = 0; i < COUNT(killed); i++) {
		sc = add(0, "killed-%s", killed[i].k_name);
		set_up(sc, "n1 n3 f1:4-6=2w %s", killed[i].k_setup);
		do_steps(sc, "%s", killed[i].k_steps);
		meanwhile(sc, "%s", killed[i].k_hook);
	}
}

/* ----- whole stories ----- */

static void
list_stories(void)
{
	static const struct {
		const char	*s_name;
		const char	*s_setup;
		const char	*s_steps;
		const char	*s_hook;
	} story[] = {
		{ "fork", "n1 f1:0-7=1 m1:1a",
		    "R1 n0 f0:0-7=1r r0:4-7 e0:5=2 m0:5 d0", "d1" },
		{ "fork-stack", "n1 e1:44=1 m1:44",
		    "R1 n0 e0:44=1r e0:44=2 m0:44 e1:44=1 m1:44", "N2" },
		{ "exec", "n0 f0:4-9=1 m0:4-9 a0",
		    "x0:0-44 e0:44=2w m0:44 f0:4-7=3r r0:4-7 U0:44", "c0" },
		{ "exit-and-start", "n0 n1 f0:4-9=1 f1:4-9=2w",
		    "d0 n0 f0:10-13=3 d1 i1 f1:10-13=4w", "" },
		{ "page-out", "n0 f0:4-9=1 m0:4-9",
		    "F1 N1 M1 f0:4-9=2 r0:4-9 R2 N2 e0:4=3", "" },
		{ "page-in", "n0 n1 f0:4-9=1 f1:4-9=1",
		    "N1 e0:4=2 e1:4=2 m0:4 m1:4 M2 m1:4 F2", "l1" },
		{ "sparse", "n0", "f0:4-16=1 m0:4-16 x0:4-16 f0:4-8=2", "" },
		{ "dense", "n0", "e0:0a-3d=1 m0:0a-3d x0:1a-2d e0:2a-2d=3w",
		    "" },
		{ "wide", "n0 f0:4-43=1 m0:4-43", "e0:0=2 F1 m0:4-43 M1", "" },
		{ "wire-range", "n0 f0:4-6=1 m0:4-6",
		    "W0:4-6 f0:7-9=1w m0:7-9 U0:4-9 c0 f0:4-6=2", "" },
		{ "devices", "n0", "f0:4-6=12 f0:7-9=13w f0:4-6=1 m0:4-6", "" },
		{ "kernel-between", "n0 e4:2=1",
		    "e0:5=1 e4:3=2w e4:0=3 e0:6=1 x4:2-3 m0:6 e4:5=1 N1", "" },
		{ "two-at-war", "n0 n1 f0:4-9=1 f1:4-9=1",
		    "f0:10-12=2 m0:10-12 f1:10-12=2 m1:10-12 m0:4 m1:4", "" },
		{ "shared-by-three", "n0 n1 n2",
		    "e0:5=1 e1:5=1 e2:5=1w m0:5 m1:5 R1 r2:5 N1 e0:5=1", "" },
		{ "refused-right", "n0", "e0:5=1r r0:5 e0:5=1 m0:5 p0:5 r0:5",
		    "" },
		{ "top-and-bottom", "n0 n1 e1:44=1w",
		    "e0:0a=1 e0:44=1 e0:44b=2 m0:44 x0:0a e0:3d=1 m0:3d",
		    "x1:44" },
		{ "reborn", "i0 e0:5=1 m0:5",
		    "d0 i0 f0:5-9=2 m0:5 d0 n0 e0:5=1 r0:5 d0 i0", "" },
		{ "long", "n0 n1 f1:4-9=2 m1:4-6",
		    "n2 f2:4-11=1 m2:4-11 f0:4-11=1w m0:4-11 d2 i2 "
		    "e2:0a-3d=3 m2:0a-2d F3 c0 c2 f0:12-20=4 m1:4-9", "U0:4" },
		{ "long-wired", "n0 n1 f1:4-9=2w",
		    "n2 f2:4-11=1w m2:4-11 f0:4-11=1w m0:4-11 d2 f0:12-16=3 "
		    "m0:12-16 N3 f0:12-16=4", "d1" }
	};
	static const char *const reserve[] = { "", " " EMPTY };
	struct nm_scenario *sc;
	uint32_t i, r;

	for (i = 0; i < COUNT(story); i++)
		for (r = 0; r < 2; r++) {
			sc = add(0, "story-%s-%s", story[i].s_name, r ?
			    "empty" : "fresh");
			set_up(sc, "n3 %s%s", story[i].s_setup, reserve[r]);
			do_steps(sc, "%s", story[i].s_steps);
			meanwhile(sc, "%s", story[i].s_hook);
		}
}

/*
 * => returns the number of scenarios, and the first
 */
uint32_t
nm_list(const struct nm_scenario **first)
{
	if (count == 0) {
		list_enters();
		list_machines();
		list_creates();
		list_alone();
		list_fewest();
		list_cold();
		list_content();
		list_wiring();
		list_spare();
		list_new();
		list_slices();
		list_nothing();
		list_hooks();
		list_after();
		list_full();
		list_floor();
		list_killed();
		list_stories();
	}
	*first = list;
	return (count);
}
