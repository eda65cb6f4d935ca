/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vnode_pager.c: pages of files, read and written in place.
 *
 * A file is one run of sectors that begins on a page.  Its object is the one
 * place where its contents live in memory: mappings show the object's pages,
 * and read and write copy from and to them, so they never disagree.
 *
 * The object stays in the object cache when nobody uses it; the pager keeps
 * a reference on the vnode as long as the object exists.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/malloc.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <vm/vm.h>

static struct pagerlst vnode_pager_list;

static void
vnode_pager_init(void)
{

	LIST_INIT(&vnode_pager_list);
}

/*
 * The pager of a vnode, with one reference on its object for the caller.
 */
static vm_pager_t
vnode_pager_alloc(void *handle, vm_size_t size, vm_prot_t prot,
    vm_offset_t offset)
{
	struct vnode *vp = handle;
	vm_pager_t pager;
	vm_object_t object;

	(void)size, (void)prot, (void)offset;
	while ((pager = vp->v_vmdata) != NULL) {
		if (vm_object_lookup(pager) != NULL)
			return (pager);
		/* It is being written back for good: wait for the end. */
		tsleep(&vp->v_vmdata, PVM, "vnpage", 0);
	}
	pager = malloc(sizeof(*pager), M_VMPAGER, M_WAITOK);
	object = vm_object_allocate(round_page(vp->v_size));
	if (vp->v_vmdata != NULL) {
		/* Somebody was faster, while we slept for memory. */
		free(pager, M_VMPAGER);
		vm_object_deallocate(object);
		return (vnode_pager_alloc(handle, size, prot, offset));
	}
	pager->pg_handle = vp;
	pager->pg_type = PG_VNODE;
	pager->pg_ops = &vnodepagerops;
	pager->pg_size = vp->v_size;
	pager->pg_failed = 0;
	vm_object_setpager(object, pager, FALSE);
	object->flags |= OBJ_CANPERSIST;
	vref(vp);
	vp->v_vmdata = pager;
	LIST_INSERT_HEAD(&vnode_pager_list, pager, pg_list);
	return (pager);
}

/* The object has gone. */
static void
vnode_pager_dealloc(vm_object_t object)
{
	vm_pager_t pager = object->pager;
	struct vnode *vp = pager->pg_handle;

	LIST_REMOVE(pager, pg_list);
	vp->v_vmdata = NULL;
	wakeup(&vp->v_vmdata);
	free(pager, M_VMPAGER);
	vrele(vp);
}

static boolean_t
vnode_pager_haspage(vm_object_t object, vm_offset_t offset)
{

	return (offset < object->pager->pg_size);
}

/* The first sector of the page at an offset of the file. */
static daddr_t
vnode_pager_block(vm_pager_t pager, vm_offset_t offset)
{
	struct vnode *vp = pager->pg_handle;

	return (vp->v_blkno + (daddr_t)(offset / DEV_BSIZE));
}

/* Zero what lies behind the end of the file in its last page. */
static void
vnode_pager_zero_tail(vm_pager_t pager, vm_page_t m)
{
	vm_offset_t kva;
	u_int used = pager->pg_size - m->offset;

	if (used >= PAGE_SIZE)
		return;
	kva = vm_pager_map_pages(&m, 1, TRUE);
	memset((char *)kva + used, 0, PAGE_SIZE - used);
	vm_pager_unmap_pages(kva, 1);
}

static int
vnode_pager_getpages(vm_object_t object, vm_page_t *list, int n,
    boolean_t sync)
{
	vm_pager_t pager = object->pager;
	struct vnode *vp = pager->pg_handle;
	int i, rv;

	(void)sync;
	rv = vm_pager_io(object, list, n, minor(vp->v_dev),
	    vnode_pager_block(pager, list[0]->offset), PGIO_READ);
	if (rv != VM_PAGER_OK) {
		cnt.v_pageinerrs++;
		printf("%s: offset %u cannot be read\n", vp->v_name,
		    list[0]->offset);
		return (rv);
	}
	for (i = 0; i < n; i++) {
		cnt.v_vnodepgsin++;
		vnode_pager_zero_tail(pager, list[i]);
		list[i]->flags |= PG_CLEAN;
		pmap_clear_modify(VM_PAGE_TO_PHYS(list[i]));
	}
	return (rv);
}

/*
 * A page could not be written: say so, and let its file rest for a while.
 */
void
vnode_pager_failed(vm_pager_t pager, vm_offset_t offset)
{
	struct vnode *vp = pager->pg_handle;

	pager->pg_failed = ticks | 1;
	printf("%s: offset %u cannot be written\n", vp->v_name, offset);
}

static int
vnode_pager_putpages(vm_object_t object, vm_page_t *list, int n,
    boolean_t sync)
{
	vm_pager_t pager = object->pager;
	struct vnode *vp = pager->pg_handle;
	int rv;

	rv = vm_pager_io(object, list, n, minor(vp->v_dev),
	    vnode_pager_block(pager, list[0]->offset),
	    sync ? 0 : PGIO_ASYNC);
	if (rv == VM_PAGER_OK)
		cnt.v_vnodepgsout += (u_int)n;
	else if (rv == VM_PAGER_ERROR) {
		cnt.v_pageouterrs++;
		vnode_pager_failed(pager, list[0]->offset);
	}
	return (rv);
}

/*
 * Write the dirty pages of a file, and wait for it.
 *
 * => may sleep; 0 or EIO
 */
int
vnode_pager_sync(struct vnode *vp)
{
	vm_pager_t pager = vp->v_vmdata;
	vm_object_t object;
	boolean_t good;

	if (pager == NULL || (object = vm_object_lookup(pager)) == NULL)
		return (0);
	good = vm_object_page_clean(object, 0, 0, TRUE);
	vm_object_deallocate(object);
	return (good ? 0 : EIO);
}

/*
 * Write the dirty pages of all files.
 *
 * => may sleep
 */
void
vnode_pager_sync_all(void)
{
	vm_pager_t pager, next;
	struct vnode *vp;

	for (pager = LIST_FIRST(&vnode_pager_list); pager != NULL;
	    pager = next) {
		vp = pager->pg_handle;
		vref(vp);
		(void)vnode_pager_sync(vp);
		next = vp->v_vmdata == pager ? LIST_NEXT(pager, pg_list) :
		    LIST_FIRST(&vnode_pager_list);
		vrele(vp);
	}
}

/*
 * The page of a file at an offset, resident and busy, on no queue.
 *
 * => may sleep; NULL: it cannot be read
 */
static vm_page_t
vnode_pager_page(vm_object_t object, vm_offset_t offset)
{
	vm_page_t m;
	int rv;

	for (;;) {
		m = vm_page_lookup(object, offset);
		if (m != NULL && (m->flags & PG_BUSY) != 0)
			vm_page_sleep(m, "vnuio");
		else if (m != NULL) {
			vm_page_unqueue(m);
			m->flags |= PG_BUSY;
			return (m);
		} else if ((m = vm_page_alloc(object, offset)) != NULL)
			break;
		else
			VM_WAIT;
	}
	vm_object_pip_add(object);
	rv = vm_pager_get_pages(object, &m, 1, TRUE);
	if (rv != VM_PAGER_OK) {
		vm_page_free(m);
		m = NULL;
	}
	vm_object_pip_drop(object);
	return (m);
}

/*
 * Copy between a buffer and a page of a file.
 *
 * => the page is busy meanwhile: no transfer of it is under way, and nobody
 *    else maps it
 * => pager_map's windows do not note writes: the page is marked here
 */
static int
vnode_pager_copy(vm_object_t object, vm_offset_t offset, char *buf, u_int n,
    enum uio_rw rw)
{
	char *data;
	vm_page_t m;

	m = vnode_pager_page(object, trunc_page(offset));
	if (m == NULL)
		return (EIO);
	data = (char *)vm_pager_map_pages(&m, 1, TRUE);
	if (rw == UIO_READ)
		memcpy(buf, data + (offset & PAGE_MASK), n);
	else {
		memcpy(data + (offset & PAGE_MASK), buf, n);
		m->flags &= ~PG_CLEAN;
	}
	vm_pager_unmap_pages(trunc_page((vm_offset_t)data), 1);
	vm_page_activate(m);
	vm_page_wakeup(m);
	return (0);
}

/*
 * Copy within one page of a file.
 *
 * => the user's memory is touched, which may sleep and may be of the same
 *    file, only while nothing is held; hence the buffer between
 */
static int
vnode_pager_uiopage(vm_object_t object, char *buf, u_int n, struct uio *uio)
{
	vm_offset_t offset = (vm_offset_t)uio->uio_offset;
	int error;

	if (uio->uio_rw == UIO_WRITE) {
		error = uiomove(buf, (int)n, uio);
		if (error != 0)
			return (error);
		return (vnode_pager_copy(object, offset, buf, n, UIO_WRITE));
	}
	error = vnode_pager_copy(object, offset, buf, n, UIO_READ);
	return (error != 0 ? error : uiomove(buf, (int)n, uio));
}

/*
 * read(2) and write(2) of a regular file, through its object.
 *
 * => may sleep
 * => stops at the end of the file, which never grows
 */
int
vnode_pager_uio(struct vnode *vp, struct uio *uio)
{
	vm_object_t object;
	vm_offset_t offset;
	char *buf;
	u_int n;
	int error = 0;

	if (uio->uio_resid == 0 || uio->uio_offset >= (off_t)vp->v_size)
		return (0);
	object = vm_pager_allocate(PG_VNODE, vp, vp->v_size, VM_PROT_ALL,
	    0)->pg_object;
	buf = malloc(MIN((u_int)uio->uio_resid, PAGE_SIZE), M_TEMP, M_WAITOK);
	while (error == 0 && uio->uio_resid > 0 &&
	    uio->uio_offset < (off_t)vp->v_size) {
		offset = (vm_offset_t)uio->uio_offset;
		n = MIN(PAGE_SIZE - (offset & PAGE_MASK),
		    vp->v_size - offset);
		n = MIN(n, (u_int)uio->uio_resid);
		error = vnode_pager_uiopage(object, buf, n, uio);
		yield();
	}
	free(buf, M_TEMP);
	vm_object_deallocate(object);
	return (error);
}

const struct pagerops vnodepagerops = {
	.pgo_init = vnode_pager_init,
	.pgo_alloc = vnode_pager_alloc,
	.pgo_dealloc = vnode_pager_dealloc,
	.pgo_getpages = vnode_pager_getpages,
	.pgo_putpages = vnode_pager_putpages,
	.pgo_haspage = vnode_pager_haspage,
};
