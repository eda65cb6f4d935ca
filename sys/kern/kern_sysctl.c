/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_sysctl.c: figures of the kernel for programs.
 *
 * Whatever can be asked is copied into one buffer in the kernel and from
 * there to the user, as much as fits.
 *
 * Memory: a list of all processes is large, and a copy of it sleeps.  Only
 * one exists at a time (listing), or as many processes as there may be would
 * fill kmem_map with theirs.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <vm/vm.h>

static bool	listing;		/* a list of processes exists */

#define FIGURE_MAX	512		/* bytes of any but the process list */

/* One request under way. */
struct sysctl_req {
	const int	*sr_name;
	u_int		 sr_namelen;
	const void	*sr_new;	/* user's, or NULL */
	u_int		 sr_newlen;
	char		*sr_buf;	/* the answer */
	size_t		 sr_len;	/* its size; before: room for it */
	bool		 sr_list;	/* sr_buf is the one list */
};

static int
sysctl_data(struct sysctl_req *sr, const void *data, size_t len)
{
	KASSERT(len <= sr->sr_len);
	memcpy(sr->sr_buf, data, len);
	sr->sr_len = len;
	return (0);
}

static int
sysctl_int(struct sysctl_req *sr, int value)
{
	return (sysctl_data(sr, &value, sizeof(value)));
}

/* An int that may be set within limits. */
static int
sysctl_setint(struct sysctl_req *sr, int *value, int low, int high)
{
	int new, error;

	(void)sysctl_int(sr, *value);
	if (sr->sr_new == NULL)
		return (0);
	if (sr->sr_newlen != sizeof(new))
		return (EINVAL);
	error = copyin(sr->sr_new, &new, sizeof(new));
	if (error != 0)
		return (error);
	if (new < low || new > high)
		return (EINVAL);
	*value = new;
	sr->sr_new = NULL;
	return (0);
}

static void
fill_kinfo(const struct proc *p, struct kinfo_proc *kp)
{
	struct vmspace *vm = p->p_vmspace;

	memset(kp, 0, sizeof(*kp));
	kp->kp_pid = p->p_pid;
	kp->kp_ppid = p->p_pptr != NULL ? p->p_pptr->p_pid : 0;
	kp->kp_flag = p->p_flag;
	kp->kp_stat = p->p_stat;
	kp->kp_priority = p->p_priority;
	if (p->p_stat != SZOMB && p->p_stat != SIDL) {
		kp->kp_rss = vmspace_resident(vm);
		kp->kp_wired = pmap_wired_count(&vm->vm_pmap);
		kp->kp_vsize = vm->vm_map.size;
		kp->kp_minflt = p->p_stats->p_ru.ru_minflt;
		kp->kp_majflt = p->p_stats->p_ru.ru_majflt;
	}
	kp->kp_uticks = p->p_uticks;
	kp->kp_sticks = p->p_sticks;
	if (p->p_wchan != NULL)
		strlcpy(kp->kp_wmesg, p->p_wmesg, sizeof(kp->kp_wmesg));
	strlcpy(kp->kp_comm, p->p_comm, sizeof(kp->kp_comm));
}

/*
 * => nothing sleeps while the lists are walked
 * => ERESTART: a signal came while somebody else had a list
 */
static int
sysctl_doproc(struct sysctl_req *sr)
{
	u_int max, n = 0;
	struct kinfo_proc *kp;
	struct proc *p;

	while (listing)
		if (tsleep(&listing, PSOCK | PCATCH, "plist", 0) != 0)
			return (ERESTART);
	listing = true;
	max = nprocs + 4;
	kp = malloc(max * sizeof(*kp), M_TEMP, M_WAITOK);
	LIST_FOREACH(p, &allproc, p_list)
		if (n < max)
			fill_kinfo(p, &kp[n++]);
	LIST_FOREACH(p, &zombproc, p_list)
		if (n < max)
			fill_kinfo(p, &kp[n++]);
	sr->sr_buf = (char *)kp;
	sr->sr_len = n * sizeof(*kp);
	sr->sr_list = true;
	return (0);
}

static void
sysctl_freelist(struct sysctl_req *sr)
{
	free(sr->sr_buf, M_TEMP);
	listing = false;
	wakeup(&listing);
}

static int
kern_sysctl(struct sysctl_req *sr)
{
	struct stall_stats stall;

	switch (sr->sr_name[1]) {
	case KERN_MAXPROC:
		return (sysctl_int(sr, maxproc));
	case KERN_PROC:
		return (sysctl_doproc(sr));
	case KERN_CPTIME:
		return (sysctl_data(sr, cp_time, sizeof(cp_time)));
	case KERN_BOOTLINE:
		return (sysctl_data(sr, bootline, strlen(bootline) + 1));
	case KERN_STALL:
		stall_read(&stall);
		return (sysctl_data(sr, &stall, sizeof(stall)));
	}
	return (EOPNOTSUPP);
}

/* How many mappings has the page that the caller sees at an address? */
static int
sysctl_pagemaps(struct sysctl_req *sr)
{
	struct pmap *pmap = &curproc->p_vmspace->vm_pmap;
	vm_offset_t va, pa;
	int s, n = 0;

	if (sr->sr_namelen < 3)
		return (EINVAL);
	va = (vm_offset_t)sr->sr_name[2];
	if (va >= VM_MAXUSER_ADDRESS)
		return (EFAULT);
	s = splvm();
	pa = pmap_extract(pmap, va);
	if (pa != 0)
		n = pmap_page_mappings(pa);
	splx(s);
	return (sysctl_int(sr, n));
}

static int
vm_sysctl(struct sysctl_req *sr)
{
	struct pmap_audit pa;
	int error, policy, rate;

	switch (sr->sr_name[1]) {
	case VM_AUDIT:
		audit_user(&pa);
		return (sysctl_data(sr, &pa, sizeof(pa)));
	case VM_AUDITSTATS:
		return (sysctl_data(sr, &audit_stats, sizeof(audit_stats)));
	case VM_AUDITRATE:
		rate = audit_rate;
		error = sysctl_setint(sr, &audit_rate, 0, 3600);
		if (audit_rate != rate)
			wakeup(&audit_rate);
		return (error);
	case VM_POLICY:
		policy = pmap_policy;
		error = sysctl_setint(sr, &policy, PMAP_POLICY_PANIC,
		    PMAP_POLICY_ISOLATE);
		pmap_policy = policy;
		return (error);
	case VM_PAGEMAPS:
		return (sysctl_pagemaps(sr));
	}
	return (vm_sysctl_read(sr->sr_name[1], sr->sr_buf, &sr->sr_len));
}

/* Copy the answer out.  => ENOMEM when it did not fit */
static int
sysctl_answer(const struct sys_sysctl_args *uap, const struct sysctl_req *sr)
{
	u_int room = 0, len = sr->sr_len;
	int error = 0;

	if (uap->oldlenp != NULL) {
		error = copyin(uap->oldlenp, &room, sizeof(room));
		if (error != 0)
			return (error);
	}
	if (uap->old != NULL) {
		len = MIN(len, room);
		error = copyout(sr->sr_buf, uap->old, len);
		if (error == 0 && len < sr->sr_len)
			error = ENOMEM;
	}
	if (uap->oldlenp != NULL && (error == 0 || error == ENOMEM) &&
	    copyout(&len, uap->oldlenp, sizeof(len)) != 0)
		error = EFAULT;
	return (error);
}

int
sys_sysctl(struct proc *p, void *v, register_t *retval)
{
	struct sys_sysctl_args *uap = v;
	uint32_t buf[FIGURE_MAX / sizeof(uint32_t)];
	int name[CTL_MAXNAME], error;
	struct sysctl_req sr = {
		.sr_name = name, .sr_namelen = uap->namelen,
		.sr_new = uap->new, .sr_newlen = uap->newlen,
		.sr_buf = (char *)buf, .sr_len = sizeof(buf),
	};

	(void)p, (void)retval;
	if (uap->namelen < 2 || uap->namelen > CTL_MAXNAME)
		return (EINVAL);
	error = copyin(uap->name, name, uap->namelen * sizeof(name[0]));
	if (error != 0)
		return (error);
	memset(buf, 0, sizeof(buf));
	error = name[0] == CTL_KERN ? kern_sysctl(&sr) :
	    name[0] == CTL_VM ? vm_sysctl(&sr) : EOPNOTSUPP;
	if (error == 0 && sr.sr_new != NULL)
		error = EPERM;
	if (error == 0)
		error = sysctl_answer(uap, &sr);
	if (sr.sr_list)
		sysctl_freelist(&sr);
	return (error);
}
