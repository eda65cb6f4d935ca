/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_pmap_audit.c: the audit of a healthy state, its policy, and damage at
 * random.  That it sees each invariant broken is shown by t_audit_*.c.
 */
#include "t_audit.h"
#include "pmap_audit.h"

TEST(pmap_audit__clean_state_is_clean)
{
	struct pmap_audit a;

	audit_world_make();
	CHECK_EQ(pmap_audit(&a), 0);
	CHECK_EQ(a.pa_violations, 0);
	CHECK_EQ(a.pa_links, usage().pu_mappings);
	CHECK(a.pa_ptes > 8);
	CHECK(a.pa_pages > 500);
	CHECK_EQ(pmap_audit(NULL), 0);
}

TEST(pmap_audit__policy_panic_panics)
{
	audit_world_make();
	aw.aw_pt->pt_valid++;
	EXPECT_PANIC("audit", pmap_audit(NULL));
	CHECK_LOG("PT2 broken");
	aw.aw_pt->pt_valid--;
}

/*
 * A part is what was named, and the lists of all pages.
 */
TEST(pmap_audit__part_sees_the_pmaps_named)
{
	const struct pmap *mine, *other = as_new();
	struct frame *fr;

	audit_world_make();
	mine = aw.aw_pm;
	fr = frame_lookup(aw.aw_page);
	pmap_policy = PMAP_POLICY_ISOLATE;
	CHECK_EQ(pmap_audit_part(&mine, 1), 0);
	aw.aw_pt->pt_valid++;
	CHECK(pmap_audit_part(&mine, 1) > 0);
	CHECK_LOG("PT2 broken");
	CHECK_EQ(pmap_audit_part(&other, 1), 0);
	CHECK_EQ(pmap_audit_part(NULL, 0), pmap_audit(NULL));
	aw.aw_pt->pt_valid--;
	fr->fr_info += FR_ONE;
	CHECK_EQ(pmap_audit_part(&other, 1), 1);
	CHECK_LOG("PV2 broken");
	fr->fr_info -= FR_ONE;
	CHECK_EQ(pmap_audit(NULL), 0);
	unit_damaged();
}

/*
 * One word of the module's own tables gets any value: the audit may see it
 * or not, but it does not fault and does not hang.
 */
static void
scribble(uint32_t *word, uint32_t value)
{
	jmp_buf *old, here;
	uint32_t was = *word;
	enum host_trap trap;
	char what[200];

	*word = value;
	host_log_clear();
	trap = HOST_TRY(old, here);
	if (trap == HOST_OK) {
		(void)audit();
		host_trap_end(old);
	}
	*word = was;
	pmap_policy = PMAP_POLICY_PANIC;
	if (trap != HOST_FAULT)
		return;
	snprintf(what, sizeof(what), "%.199s", host_message);
	unit_fail(__FILE__, __LINE__, "0x%08x := 0x%08x: %s", (uint32_t)word,
	    value, what);
}

static uint32_t
random_value(uint32_t was)
{
	switch (unit_random() % 6) {
	case 0:
		return (0);
	case 1:
		return (was ^ 1u << unit_random() % 32);
	case 2:
		return (unit_random());
	case 3:
		return (ptp_arena + unit_random() % (ptp_npages * PAGE));
	case 4:
		return ((uint32_t)&ptp_table[unit_random() % ptp_npages]);
	default:
		return (unit_random() % 0x400000);
	}
}

TEST(pmap_audit__random_damage_never_faults)
{
	uint32_t *word, n;
	struct ptp *pt;

	audit_world_make();
	pt = aw.aw_pt;
	for (n = 0; n < 3000; n++) {
		switch (unit_random() % 6) {
		case 0:
			word = (uint32_t *)&frame_table[unit_random() %
			    frame_count] + (n & 1);
			break;
		case 1:
			word = (uint32_t *)frame_lookup(n & 1 ?
			    aw.aw_page : aw.aw_second) +
			    (n >> 1 & 1);
			break;
		case 2:
			word = &pt->pt_pte[unit_random() % 4];
			break;
		case 3:
			word = (uint32_t *)pv_slot(pt, n & 1) + (n >> 1 & 1);
			break;
		case 4:
			word = host_pde(aw.aw_pm, unit_random());
			break;
		default:
			word = (uint32_t *)pt + 1 + unit_random() % 20;
			break;
		}
		scribble(word, random_value(*word));
	}
	CHECK_EQ(audit(), 0);
}
