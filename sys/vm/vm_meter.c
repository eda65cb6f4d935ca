/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_meter.c: the figures of the VM, for sysctl.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/sysctl.h>
#include <sys/proc.h>

#include <vm/vm.h>

/*
 * Pages that an address space has in memory.
 */
u_int
vmspace_resident(struct vmspace *vm)
{

	return (vm == NULL ? 0 : pmap_resident_count(&vm->vm_pmap));
}

/*
 * Sums over all processes.
 */
void
vmtotal(struct vmtotal *total)
{
	struct proc *p;

	memset(total, 0, sizeof(*total));
	LIST_FOREACH(p, &allproc, p_list) {
		if ((p->p_flag & P_SYSTEM) != 0 || p->p_vmspace == NULL)
			continue;
		if (p->p_stat == SRUN)
			total->t_rq++;
		else if (p->p_stat == SSLEEP && p->p_priority <= PZERO)
			total->t_dw++;
		else if (p->p_stat == SSLEEP)
			total->t_sl++;
		total->t_vm += (int)atop(p->p_vmspace->vm_map.size);
	}
	total->t_rm = (int)(cnt.v_page_count - cnt.v_free_count);
	total->t_free = (int)cnt.v_free_count;
}

/*
 * The counters, with those of the pmap.
 */
void
vm_meter_fill(struct vmmeter *vm)
{
	struct pmap_usage usage;

	pmap_usage(&usage);
	*vm = cnt;
	vm->v_mappings = usage.pu_mappings;
	vm->v_ptps = usage.pu_ptps;
	vm->v_maxsharers = usage.pu_maxsharers;
	vm->v_reclaims = pmap_counters.pc_reclaim;
	vm->v_audits = pmap_counters.pc_audit;
	vm->v_violations = pmap_counters.pc_violation;
	vm->v_skipped = audit_stats.as_maxskipped;
	vm->v_stackptp_freed = pmap_counters.pc_top_lost;
	vm->v_pinned = pmap_pinned(&vm->v_pinlimit);
	vm->v_pinrefused = pmap_counters.pc_pinrefused;
}

/* A figure is copied where there is room for all of it. */
static int
vm_sysctl_copy(void *buf, size_t *size, const void *from, size_t n)
{

	if (*size < n)
		return (ENOMEM);
	memcpy(buf, from, n);
	*size = n;
	return (0);
}

/*
 * Read the figure that has a name below CTL_VM.
 *
 * => *size: of the buffer, then of what is in it
 * => ENOENT: no such name; ENOMEM: the buffer is too small
 */
int
vm_sysctl_read(int name, void *buf, size_t *size)
{
	union {
		struct vmtotal total;
		struct vmmeter meter;
		struct pmap_usage usage;
	} u;

	switch (name) {
	case VM_METER:
		vmtotal(&u.total);
		return (vm_sysctl_copy(buf, size, &u, sizeof(u.total)));
	case VM_CNT:
		vm_meter_fill(&u.meter);
		return (vm_sysctl_copy(buf, size, &u, sizeof(u.meter)));
	case VM_PMAPCNT:
		return (vm_sysctl_copy(buf, size, &pmap_counters,
		    sizeof(pmap_counters)));
	case VM_PMAPUSAGE:
		pmap_usage(&u.usage);
		return (vm_sysctl_copy(buf, size, &u, sizeof(u.usage)));
	default:
		return (ENOENT);
	}
}
