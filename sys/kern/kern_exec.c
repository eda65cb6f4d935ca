/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_exec.c: execve.
 *
 * Everything that can be wrong with the image or its arguments is found
 * before the old address space goes (exec_replace).  The strings wait in
 * exec_map, which is pageable; the image is mapped, and paged in on demand.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/exec.h>
#include <sys/filedesc.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/syscallargs.h>
#include <sys/user.h>
#include <sys/vnode.h>
#include <sys/wait.h>
#include <vm/vm.h>
#include <vm/vm_kern.h>

#define EXEC_STACK	(16u * NBPG)	/* mapped at first, below the strings */

/* Add one string of kernel memory to the arguments. */
static void
exec_addarg(struct exec_package *ep, const char *str)
{
	size_t len = strlen(str) + 1;

	KASSERT(ep->ep_arglen + len <= NCARGS);
	memcpy(ep->ep_args + ep->ep_arglen, str, len);
	ep->ep_arglen += len;
	ep->ep_argc++;
}

/*
 * Copy a vector of strings from the user.
 *
 * => E2BIG when they do not fit, with their pointers, in NCARGS
 */
static int
exec_copyin(struct exec_package *ep, char *const *vec, int *count)
{
	u_int used;
	char *str;
	size_t len;
	int error;

	for (;; vec++) {
		error = copyin(vec, &str, sizeof(str));
		if (error != 0)
			return (error);
		if (str == NULL)
			return (0);
		used = ep->ep_arglen + (ep->ep_argc + ep->ep_envc + 4) *
		    sizeof(char *);
		if (used >= NCARGS)
			return (E2BIG);
		error = copyinstr(str, ep->ep_args + ep->ep_arglen,
		    NCARGS - used, &len);
		if (error != 0)
			return (error == ENAMETOOLONG ? E2BIG : error);
		ep->ep_arglen += len;
		(*count)++;
	}
}

/*
 * Where the user's string at str ends.
 *
 * => 0: it cannot be read
 */
static vm_offset_t
exec_string_end(vm_offset_t str)
{
	char part[64];
	size_t len;
	int error;

	do {
		error = copyinstr((void *)str, part, sizeof(part), &len);
		str += len;
	} while (error == ENAMETOOLONG);
	return (error != 0 ? 0 : str);
}

/*
 * Lay out strings and their pointers at the top of the new stack.
 *
 * => the stack pointer in *spp; EFAULT: the user's memory could not be
 *    written
 * => exec_map's memory is read by copyout only, which survives it when the
 *    swap area does not give a page back
 */
static int
exec_copyout(struct exec_package *ep, vm_offset_t *spp)
{
	vm_offset_t strings = (USRSTACK - ep->ep_arglen) & ~3u;
	u_int words = ep->ep_argc + ep->ep_envc + 3;
	vm_offset_t sp = (strings - words * sizeof(int)) & ~15u;
	int *up = (int *)sp, i;

	if (copyout(ep->ep_args, (void *)strings, ep->ep_arglen) != 0 ||
	    suword(up++, ep->ep_argc) != 0)
		return (EFAULT);
	for (i = 0; i <= ep->ep_argc + ep->ep_envc; i++) {
		if (i == ep->ep_argc && suword(up++, 0) != 0)
			return (EFAULT);
		if (i == ep->ep_argc + ep->ep_envc)
			break;
		if (suword(up++, strings) != 0)
			return (EFAULT);
		strings = exec_string_end(strings);
		if (strings == 0)
			return (EFAULT);
	}
	*spp = sp;
	return (suword(up, 0) != 0 ? EFAULT : 0);
}

/* The new stack: what the strings need and some pages; it grows later. */
static int
exec_stack(struct proc *p, struct exec_package *ep)
{
	struct vmspace *vm = p->p_vmspace;
	vm_size_t size = round_page(ep->ep_arglen + (ep->ep_argc +
	    ep->ep_envc + 4) * sizeof(int)) + EXEC_STACK;
	vm_offset_t addr = USRSTACK - size;

	vm->vm_maxsaddr = USRSTACK - p_rlimit_cur(p, RLIMIT_STACK);
	vm->vm_ssize = btoc(size);
	return (vm_allocate(&vm->vm_map, &addr, size, FALSE) ==
	    KERN_SUCCESS ? 0 : ENOMEM);
}

/*
 * Put the image in the place of what p runs.
 *
 * => an error: the old image is as it was
 * => past that point whatever fails kills p
 */
static int
exec_replace(struct proc *p, struct exec_package *ep)
{
	vm_offset_t sp = 0;
	int error;

	error = vmspace_exec(p);
	if (error != 0)
		return (error);
	if (p->p_flag & P_PPWAIT) {
		p->p_flag &= ~P_PPWAIT;
		wakeup(p->p_pptr);
	}
	error = exec_elf_map(p, ep);
	if (error == 0)
		error = exec_stack(p, ep);
	if (error == 0)
		error = exec_copyout(ep, &sp);
	if (error != 0) {
		printf("pid %d (%s): killed: %s could not be loaded, error "
		    "%d\n", p->p_pid, p->p_comm, ep->ep_name, error);
		p->p_sigmask = 0;
		psignal(p, SIGKILL);
		return (EJUSTRETURN);
	}
	fdcloseexec(p);
	execsigs(p);
	strlcpy(p->p_comm, ep->ep_name, sizeof(p->p_comm));
	setregs(p, ep->ep_entry, sp);
	return (EJUSTRETURN);
}

/* Find the file and see that it can be run. */
static int
exec_open(struct exec_package *ep, const char *path)
{
	const char *base;
	int error;

	error = namei(path, &ep->ep_vp);
	if (error != 0)
		return (error);
	if (ep->ep_vp->v_type != VREG || (ep->ep_vp->v_mode & 0111) == 0)
		error = EACCES;
	if (error == 0)
		error = exec_elf_check(ep);
	if (error != 0)
		vrele(ep->ep_vp);
	base = strrchr(path, '/');
	strlcpy(ep->ep_name, base != NULL ? base + 1 : path,
	    sizeof(ep->ep_name));
	return (error);
}

/*
 * Run the program at path; path is in kernel memory, the vectors are the
 * user's or NULL.
 */
static int
exec(struct proc *p, const char *path, const struct sys_execve_args *uap)
{
	struct exec_package ep = { .ep_argc = 0 };
	int error;

	error = exec_open(&ep, path);
	if (error != 0)
		return (error);
	ep.ep_args = (char *)kmem_alloc_wait(exec_map, NCARGS);
	if (ep.ep_args == NULL) {
		vrele(ep.ep_vp);
		return (ENOMEM);
	}
	if (uap == NULL)
		exec_addarg(&ep, path);
	else {
		error = exec_copyin(&ep, uap->argp, &ep.ep_argc);
		if (error == 0 && uap->envp != NULL)
			error = exec_copyin(&ep, uap->envp, &ep.ep_envc);
	}
	if (error == 0)
		error = exec_replace(p, &ep);
	kmem_free_wakeup(exec_map, (vm_offset_t)ep.ep_args, NCARGS);
	vrele(ep.ep_vp);
	return (error);
}

int
sys_execve(struct proc *p, void *v, register_t *retval)
{
	struct sys_execve_args *uap = v;
	char path[MAXPATHLEN];
	int error;

	(void)retval;
	error = copyinstr(uap->path, path, sizeof(path), NULL);
	if (error != 0)
		return (error);
	return (exec(p, path, uap));
}

/*
 * Run a program from the kernel; for process 1.
 *
 * => 0: p goes on in user mode as the program
 */
int
kern_exec(struct proc *p, const char *path)
{
	int error = exec(p, path, NULL);

	return (error == EJUSTRETURN ? 0 : error);
}
