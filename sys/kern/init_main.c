/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * init_main.c: from a machine with memory and a console to process 1.
 *
 * main() runs as process 0, on the stack that locore.S made, and ends as the
 * process that sleeps for ever; it lends its address space, which maps
 * nothing of a user, to the kernel's processes and to those that exit.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/exec.h>
#include <sys/fcntl.h>
#include <sys/filedesc.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/reboot.h>
#include <sys/signalvar.h>
#include <sys/sysctl.h>
#include <sys/tty.h>
#include <sys/user.h>
#include <sys/vnode.h>
#include <vm/vm.h>
#include <vm/vm_pageout.h>

#define INIT_PATH	"/bin/init"

static const char version[] = "pmap386 0.1";

static struct vmspace vmspace0;

/* Process 0 as far as it can be made without memory. */
static void
proc0_init(void)
{
	struct proc *p = &proc0;

	p->p_stat = SRUN;
	p->p_flag = P_SYSTEM;
	p->p_usrpri = p->p_priority = PUSER;
	p->p_sigacts = &p->p_addr->u_sigacts;
	p->p_stats = &p->p_addr->u_stats;
	p->p_vmspace = &vmspace0;
	strlcpy(p->p_comm, "swapper", sizeof(p->p_comm));
	siginit(p);
}

/*
 * Process 1: the console as its descriptors 0 to 2, then init.
 */
static void
start_init(void *arg)
{
	struct proc *p = curproc;
	int error, fd, i;

	(void)arg;
	for (i = 0; i < 3; i++) {
		error = vn_open(p, "/dev/console", O_RDWR, &fd);
		if (error != 0)
			panic("cannot open the console: error %d", error);
	}
	error = kern_exec(p, INIT_PATH);
	if (error != 0)
		panic("cannot run " INIT_PATH ": error %d", error);
}

static void
start_kproc(void (*func)(void *), int flags, struct proc **pp,
    const char *name)
{
	int error = kproc_create(func, flags, pp, name);

	if (error != 0)
		panic("cannot start %s: error %d", name, error);
}

/*
 * => from i386_init: console and pmap_bootstrap done, everything blocked
 */
void
main(void)
{
	const char *run;
	int error;

	printf("%s\n", version);
	sched_init();
	callout_init();
	proc0_init();
	vm_mem_init();
	kmeminit();
	if (!vmspace_init(&vmspace0, VM_MIN_ADDRESS, VM_MAXUSER_ADDRESS))
		panic("no page directory for process 0");
	procinit();
	proc0.p_fd = fdalloc_table();
	ttyinit();
	cpu_startup();
	cpu_initclocks();
	spl0();
	timeout(roundrobin, NULL, hz / 10);
	timeout(schedcpu, NULL, hz);
	swapinit();
	if ((run = getoption("run")) != NULL && strcmp(run, "kerntest") == 0)
		boot(RB_HALT | RB_STATUS(kern_tests()));
	error = vfs_mountroot();
	if (error != 0)
		panic("cannot mount root: error %d", error);
	start_kproc(start_init, 0, &initproc, "init");
	start_kproc(vm_pageout, FORK_SYSTEM, &pageproc, "pagedaemon");
	audit_init();
	for (;;)
		tsleep(&proc0, PVM, "sched", 0);
}
