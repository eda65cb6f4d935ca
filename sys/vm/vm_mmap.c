/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vm_mmap.c: the system calls on mapped memory.
 *
 * Each checks all that comes from the user first.  An address that is not on
 * a page, or a range that wraps or leaves user space, is EINVAL (mlock and
 * munlock: ENOMEM for the latter); a range with a gap is ENOMEM where all of
 * it must be mapped.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/conf.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/mman.h>
#include <sys/resourcevar.h>
#include <sys/syscallargs.h>
#include <sys/vnode.h>

#include <vm/vm.h>

#define MAP_TYPES	(MAP_SHARED | MAP_PRIVATE) /* neither: private */
#define FILE_MAX	0xfffff000u	/* offset behind all that is mapped */

/* What a file allows its mappings. */
struct mmap_file {
	struct vnode	*mf_vp;		/* NULL: anonymous */
	vm_prot_t	 mf_maxprot;
};

/* Is [addr, addr + len) made of whole pages of user space?  Rounds len. */
static boolean_t
mmap_range(vm_offset_t addr, vm_size_t *len)
{
	vm_size_t size = round_page(*len);

	if ((addr & PAGE_MASK) != 0 || size < *len)
		return (FALSE);
	*len = size;
	return (addr + size >= addr && addr + size <= VM_MAXUSER_ADDRESS);
}

/* The error of a call that changes a range. */
static int
mmap_errno(int rv)
{

	switch (rv) {
	case KERN_SUCCESS:
		return (0);
	case KERN_PROTECTION_FAILURE:
		return (EACCES);
	case KERN_RESOURCE_SHORTAGE:
		return (ENOMEM);
	default:
		return (EINVAL);
	}
}

/* The rights that the processor can tell apart: what writes, reads. */
static vm_prot_t
mmap_prot(int prot)
{

	if ((prot & (PROT_WRITE | PROT_EXEC)) != 0)
		prot |= PROT_READ;
	return ((vm_prot_t)prot);
}

/*
 * Find the file behind a descriptor, and what may be done to it.
 *
 * => a device has no copies to give: a private mapping of one is shared
 */
static int
mmap_getfile(struct proc *p, struct sys_mmap_args *uap, struct mmap_file *mf)
{
	struct file *fp;
	struct vnode *vp;
	int error;

	error = getfile(p, uap->fd, &fp);
	if (error != 0)
		return (error);
	if (fp->f_type != DTYPE_VNODE)
		return (EINVAL);
	vp = fp->f_data;
	if (vp->v_type != VREG && vp->v_type != VCHR)
		return (EINVAL);
	if ((fp->f_flag & FREAD) == 0)
		return (EACCES);
	if (vp->v_type == VCHR && vp->v_rdev == makedev(CDEV_MEM, MEM_ZERO))
		return (0);
	if (vp->v_type == VCHR)
		uap->flags |= MAP_SHARED;
	if ((uap->flags & MAP_SHARED) != 0 && (fp->f_flag & FWRITE) == 0) {
		if ((uap->prot & PROT_WRITE) != 0)
			return (EACCES);
		mf->mf_maxprot = VM_PROT_READ | VM_PROT_EXECUTE;
	}
	mf->mf_vp = vp;
	return (0);
}

/*
 * mmap(2)
 */
int
sys_mmap(struct proc *p, void *v, register_t *retval)
{
	struct sys_mmap_args *uap = v;
	struct mmap_file mf = { NULL, VM_PROT_ALL };
	vm_offset_t addr = (vm_offset_t)uap->addr;
	vm_size_t size = uap->len;
	int error = 0;

	if (size == 0 || (uap->prot & ~VM_PROT_ALL) != 0 ||
	    (uap->flags & MAP_TYPES) == MAP_TYPES)
		return (EINVAL);
	if ((uap->flags & MAP_FIXED) != 0) {
		if (!mmap_range(addr, &size) || addr < VM_MIN_ADDRESS)
			return (EINVAL);
	} else {
		addr = trunc_page(addr);
		if (size > VM_MAXUSER_ADDRESS)
			return (ENOMEM);
		size = round_page(size);
	}
	if ((uap->flags & MAP_ANON) != 0) {
		if (uap->fd != -1)
			return (EINVAL);
	} else {
		if (uap->pos < 0 || (uap->pos & PAGE_MASK) != 0 ||
		    uap->pos > (off_t)(FILE_MAX - size))
			return (EINVAL);
		error = mmap_getfile(p, uap, &mf);
	}
	if (error == 0)
		error = vm_mmap(&p->p_vmspace->vm_map, &addr, size,
		    mmap_prot(uap->prot), mf.mf_maxprot, uap->flags,
		    mf.mf_vp, mf.mf_vp == NULL ? 0 : (vm_offset_t)uap->pos);
	if (error == 0)
		retval[0] = (register_t)addr;
	return (error);
}

/* The object of a vnode that is to be mapped, with a reference, or NULL. */
static vm_object_t
mmap_object(struct vnode *vp, vm_size_t size, vm_prot_t prot,
    vm_offset_t offset)
{
	vm_pager_t pager;

	if (vp->v_type == VCHR)
		pager = vm_pager_allocate(PG_DEVICE, (void *)vp->v_rdev, size,
		    prot, offset);
	else
		pager = vm_pager_allocate(PG_VNODE, vp, size, prot, offset);
	return (pager == NULL ? NULL : pager->pg_object);
}

/*
 * Find room without a fixed address: at the hint or above it; else above all
 * that the break may reach; else anywhere.
 *
 * => the map is locked
 * => nonzero: there is none
 */
static int
mmap_findspace(struct vmspace *vm, vm_size_t size, vm_offset_t *addr)
{
	vm_offset_t low = vm->vm_daddr, high = round_page(low + DFLDSIZ);
	vm_offset_t hint = *addr, top = vmspace_stack_room(vm);

	if (hint < VM_MIN_ADDRESS || (hint >= low && hint < high))
		hint = high;
	return (vm_map_findspace(&vm->vm_map, hint, top, size, addr) != 0 &&
	    vm_map_findspace(&vm->vm_map, high, top, size, addr) != 0 &&
	    vm_map_findspace(&vm->vm_map, VM_MIN_ADDRESS, top, size, addr));
}

/*
 * Map `size' bytes of a vnode (handle), or of zeros (NULL), at *addr
 * (MAP_FIXED) or where there is room, in the current process's map.
 *
 * => may sleep
 * => 0 and *addr, or an errno
 */
int
vm_mmap(vm_map_t map, vm_offset_t *addr, vm_size_t size, vm_prot_t prot,
    vm_prot_t maxprot, int flags, void *handle, vm_offset_t offset)
{
	struct vm_map_entry new = {
		.offset = trunc_page(offset),
		.protection = (u_char)prot,
		.max_protection = (u_char)maxprot,
		.inheritance = (flags & MAP_SHARED) != 0 ?
		    VM_INHERIT_SHARE : VM_INHERIT_COPY,
	};
	struct vnode *vp = handle;
	vm_offset_t start = *addr;
	int rv;

	size = round_page(size);
	if (size == 0)
		return (0);
	if (vp != NULL) {
		new.object.vm_object = mmap_object(vp, size, prot,
		    new.offset);
		if (new.object.vm_object == NULL)
			return (ENODEV);
		new.copy_on_write = new.needs_copy =
		    (flags & MAP_SHARED) == 0;
	}
	vm_map_lock(map);
	KASSERT(map == &curproc->p_vmspace->vm_map);
	if ((flags & MAP_FIXED) == 0 &&
	    mmap_findspace(curproc->p_vmspace, size, &start) != 0)
		rv = KERN_NO_SPACE;
	else if (!vm_map_range_reserve(map, start, start + size, 1))
		rv = KERN_RESOURCE_SHORTAGE;
	else {
		vm_map_delete(map, start, start + size);
		new.start = start;
		new.end = start + size;
		rv = vm_map_insert_entry(map, &new);
		vm_map_entry_unreserve(map);
	}
	vm_map_unlock(map);
	if (rv != KERN_SUCCESS) {
		vm_object_deallocate(new.object.vm_object);
		return (ENOMEM);
	}
	*addr = start;
	return (0);
}

/*
 * munmap(2): gaps do not matter.
 */
int
sys_munmap(struct proc *p, void *v, register_t *retval)
{
	struct sys_munmap_args *uap = v;
	vm_offset_t addr = (vm_offset_t)uap->addr;
	vm_size_t size = uap->len;

	(void)retval;
	if (size == 0 || !mmap_range(addr, &size))
		return (EINVAL);
	return (vm_map_remove(&p->p_vmspace->vm_map, addr, addr + size) ==
	    KERN_SUCCESS ? 0 : ENOMEM);
}

/*
 * mprotect(2)
 */
int
sys_mprotect(struct proc *p, void *v, register_t *retval)
{
	struct sys_mprotect_args *uap = v;
	vm_map_t map = &p->p_vmspace->vm_map;
	vm_offset_t addr = (vm_offset_t)uap->addr;
	vm_size_t size = uap->len;
	int rv;

	(void)retval;
	if (!mmap_range(addr, &size) || (uap->prot & ~VM_PROT_ALL) != 0)
		return (EINVAL);
	if (!vm_map_check_mapped(map, addr, addr + size))
		return (ENOMEM);
	rv = vm_map_protect(map, addr, addr + size, mmap_prot(uap->prot),
	    FALSE);
	return (mmap_errno(rv));
}

/*
 * What the map shows from an address on: up to VM_SEEN_PAGES pages of one
 * entry, or one page of a gap.  => how many
 */
static u_int
mmap_seen(vm_map_t map, vm_offset_t va, vm_offset_t end, struct vm_seen *seen)
{
	vm_map_entry_t entry;
	u_int n;

	if (!vm_map_lookup_entry(map, va, &entry) || entry->is_sub_map) {
		memset(seen, 0, sizeof(*seen));
		return (1);
	}
	n = MIN(atop(MIN(end, entry->end) - va), VM_SEEN_PAGES);
	vm_object_seen(seen, entry->object.vm_object,
	    entry->offset + (va - entry->start), n);
	return (n);
}

/* The resident page that is seen at an address: there is one. */
static vm_page_t
mmap_page(vm_map_t map, vm_offset_t va)
{
	vm_map_entry_t entry;
	vm_object_t object;
	vm_offset_t offset;
	vm_page_t m;

	(void)vm_map_lookup_entry(map, va, &entry);
	object = entry->object.vm_object;
	offset = entry->offset + (va - entry->start);
	while ((m = vm_page_lookup(object, offset)) == NULL) {
		offset += object->shadow_offset;
		object = object->shadow;
	}
	return (m);
}

/* Not needed soon: let the pagedaemon look at these pages first. */
static void
mmap_deactivate(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	struct vm_seen seen;
	vm_page_t m;
	u_int i, n;

	for (; start < end; start += ptoa(n)) {
		n = mmap_seen(map, start, end, &seen);
		for (i = 0; i < n; i++) {
			if (!vm_seen_bit(seen.vs_resident, i))
				continue;
			m = mmap_page(map, start + ptoa(i));
			if ((m->flags & PG_BUSY) == 0)
				vm_page_deactivate(m);
		}
		yield();
	}
}

/* Contents not needed: give up private pages that nobody else sees. */
static void
mmap_discard(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_map_entry_t entry;
	vm_object_t object;
	vm_offset_t offset;

	for (; start < end; start = entry->end) {
		if (!vm_map_lookup_entry(map, start, &entry))
			return;
		object = entry->object.vm_object;
		offset = entry->offset + (start - entry->start);
		if (!entry->is_sub_map && object != NULL &&
		    object->shadow == NULL &&
		    (object->flags & OBJ_ONEMAPPING) != 0)
			vm_object_page_remove(object, offset,
			    offset + (MIN(end, entry->end) - start));
		yield();
	}
}

/*
 * madvise(2)
 */
int
sys_madvise(struct proc *p, void *v, register_t *retval)
{
	struct sys_madvise_args *uap = v;
	vm_map_t map = &p->p_vmspace->vm_map;
	vm_offset_t addr = (vm_offset_t)uap->addr;
	vm_size_t size = uap->len;

	(void)retval;
	if (!mmap_range(addr, &size) || uap->behav < MADV_NORMAL ||
	    uap->behav > MADV_FREE || uap->behav == MADV_FREE - 1)
		return (EINVAL);
	if (!vm_map_check_mapped(map, addr, addr + size))
		return (ENOMEM);
	vm_map_lock_read(map);
	if (uap->behav == MADV_DONTNEED)
		mmap_deactivate(map, addr, addr + size);
	else if (uap->behav == MADV_FREE)
		mmap_discard(map, addr, addr + size);
	vm_map_unlock_read(map);
	return (0);
}

/*
 * minherit(2)
 */
int
sys_minherit(struct proc *p, void *v, register_t *retval)
{
	struct sys_minherit_args *uap = v;
	vm_offset_t addr = (vm_offset_t)uap->addr;
	vm_size_t size = uap->len;
	int rv;

	(void)retval;
	if (!mmap_range(addr, &size))
		return (EINVAL);
	rv = vm_map_inherit(&p->p_vmspace->vm_map, addr, addr + size,
	    uap->inherit);
	return (mmap_errno(rv));
}

/*
 * msync(2)
 */
int
sys_msync(struct proc *p, void *v, register_t *retval)
{
	struct sys_msync_args *uap = v;
	vm_offset_t addr = (vm_offset_t)uap->addr;
	vm_size_t size = uap->len;
	int rv;

	(void)retval;
	if (!mmap_range(addr, &size) ||
	    (uap->flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) != 0 ||
	    (uap->flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return (EINVAL);
	if (size == 0)
		return (0);
	rv = vm_map_clean(&p->p_vmspace->vm_map, addr, addr + size,
	    (uap->flags & MS_ASYNC) == 0, (uap->flags & MS_INVALIDATE) != 0);
	switch (rv) {
	case KERN_SUCCESS:
		return (0);
	case KERN_NO_ACCESS:
		return (EBUSY);
	case KERN_FAILURE:
		return (EIO);
	default:
		return (ENOMEM);
	}
}

/*
 * mincore(2)
 */
int
sys_mincore(struct proc *p, void *v, register_t *retval)
{
	struct sys_mincore_args *uap = v;
	vm_map_t map = &p->p_vmspace->vm_map;
	vm_offset_t va = (vm_offset_t)uap->addr, end;
	vm_size_t size = uap->len;
	char vec[VM_SEEN_PAGES], *uvec = uap->vec;
	struct vm_seen seen;
	u_int i, n;
	int error = 0;

	(void)retval;
	if (!mmap_range(va, &size))
		return (EINVAL);
	if (!vm_map_check_mapped(map, va, va + size))
		return (ENOMEM);
	for (end = va + size; error == 0 && va < end; va += ptoa(n)) {
		vm_map_lock_read(map);
		n = mmap_seen(map, va, end, &seen);
		vm_map_unlock_read(map);
		for (i = 0; i < n; i++)
			vec[i] = vm_seen_bit(seen.vs_resident, i) ?
			    MINCORE_INCORE : 0;
		error = copyout(vec, uvec, n);
		uvec += n;
		yield();
	}
	return (error);
}

/*
 * mlock(2): EAGAIN where so much cannot be wired; be it because memory is
 * wired already, or because others would be left without page tables.
 */
int
sys_mlock(struct proc *p, void *v, register_t *retval)
{
	struct sys_mlock_args *uap = v;
	vm_map_t map = &p->p_vmspace->vm_map;
	vm_offset_t addr = (vm_offset_t)uap->addr;
	vm_size_t size = uap->len;
	u_int limit = (u_int)p_rlimit_cur(p, RLIMIT_MEMLOCK);
	int rv;

	(void)retval;
	if ((addr & PAGE_MASK) != 0)
		return (EINVAL);
	if (!mmap_range(addr, &size))
		return (ENOMEM);
	if (atop(size) + cnt.v_wire_count > cnt.v_page_count / 2 ||
	    size + ptoa(pmap_wired_count(map->pmap)) > limit)
		return (EAGAIN);
	rv = vm_map_pageable(map, addr, addr + size, FALSE);
	return (rv == KERN_SUCCESS ? 0 :
	    rv == KERN_RESOURCE_SHORTAGE ? EAGAIN : ENOMEM);
}

/*
 * munlock(2)
 */
int
sys_munlock(struct proc *p, void *v, register_t *retval)
{
	struct sys_munlock_args *uap = v;
	vm_offset_t addr = (vm_offset_t)uap->addr;
	vm_size_t size = uap->len;

	(void)retval;
	if ((addr & PAGE_MASK) != 0)
		return (EINVAL);
	if (!mmap_range(addr, &size))
		return (ENOMEM);
	return (vm_map_pageable(&p->p_vmspace->vm_map, addr, addr + size,
	    TRUE) == KERN_SUCCESS ? 0 : ENOMEM);
}
