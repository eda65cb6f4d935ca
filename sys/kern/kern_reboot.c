/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_reboot.c: the orderly end.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/reboot.h>
#include <sys/syscallargs.h>
#include <vm/vm.h>
#include <vm/vm_pager.h>

/*
 * Write back what is dirty of files, and stop or start again.
 */
void
boot(int howto)
{
	vnode_pager_sync_all();
	(void)splhigh();
	cpu_reboot(howto);
}

int
sys_reboot(struct proc *p, void *v, register_t *retval)
{
	struct sys_reboot_args *uap = v;

	(void)p, (void)retval;
	if (uap->howto & ~(RB_HALT | RB_STATUS(0x7f)))
		return (EINVAL);
	boot(uap->howto);
}
