/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * exec_elf.c: images in ELF format: check a file, map it.
 *
 * The check trusts nothing in the file: every number is compared with the
 * file's size and the user's address space before it is used, in 64 bits
 * where a sum could wrap.  A static image for the i386 whose segments lie
 * page by page apart is all that is accepted.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/exec.h>
#include <sys/exec_elf.h>
#include <sys/mman.h>
#include <sys/proc.h>
#include <sys/user.h>
#include <sys/vnode.h>
#include <vm/vm.h>

#define ELF_MAXPHDRS	16

/* Read exactly len bytes.  => ENOEXEC for a file cut short */
static int
elf_read(struct vnode *vp, void *buf, u_int len, u_int off)
{
	u_int resid;
	int error;

	if ((uint64_t)off + len > vp->v_size)
		return (ENOEXEC);
	error = vn_rdwr(vp, buf, len, off, &resid);
	if (error == 0 && resid != 0)
		error = ENOEXEC;
	return (error);
}

static bool
elf_header_check(const Elf32_Ehdr *eh)
{
	return (memcmp(eh->e_ident, ELFMAG, SELFMAG) == 0 &&
	    eh->e_ident[EI_CLASS] == ELFCLASS32 &&
	    eh->e_ident[EI_DATA] == ELFDATA2LSB &&
	    eh->e_ident[EI_VERSION] == EV_CURRENT &&
	    eh->e_version == EV_CURRENT && eh->e_type == ET_EXEC &&
	    eh->e_machine == EM_386 && eh->e_ehsize >= sizeof(*eh) &&
	    eh->e_phentsize == sizeof(Elf32_Phdr) && eh->e_phnum > 0 &&
	    eh->e_phnum <= ELF_MAXPHDRS);
}

/* As for mmap: what may be written or executed may be read. */
static vm_prot_t
elf_prot(const Elf32_Phdr *ph)
{
	return (((ph->p_flags & (PF_R | PF_W | PF_X)) ? VM_PROT_READ : 0) |
	    ((ph->p_flags & PF_W) ? VM_PROT_WRITE : 0) |
	    ((ph->p_flags & PF_X) ? VM_PROT_EXECUTE : 0));
}

/*
 * Check a segment and note where it goes.
 *
 * => segments come in order of their addresses and share no page
 */
static int
elf_segment(struct exec_package *ep, const Elf32_Phdr *ph)
{
	struct exec_seg *es = &ep->ep_segs[ep->ep_nsegs];
	vm_offset_t low = VM_MIN_ADDRESS;
	u_int lead = ph->p_vaddr & PGOFSET;

	if (ph->p_memsz == 0)
		return (0);
	if (ep->ep_nsegs == EXEC_MAXSEGS)
		return (ENOEXEC);
	if (ep->ep_nsegs > 0)
		low = round_page(es[-1].es_addr + es[-1].es_memsz);
	if (ph->p_filesz > ph->p_memsz ||
	    (uint64_t)ph->p_offset + ph->p_filesz > ep->ep_vp->v_size ||
	    (ph->p_offset & PGOFSET) != lead ||
	    trunc_page(ph->p_vaddr) < low ||
	    (uint64_t)ph->p_vaddr + ph->p_memsz > USRSTACK - MAXSSIZ ||
	    ph->p_memsz > DFLDSIZ)
		return (ENOEXEC);
	/* The rest of the file's last page is cleared: it must be writable. */
	if (ph->p_filesz < ph->p_memsz && (ph->p_flags & PF_W) == 0)
		return (ENOEXEC);
	es->es_offset = trunc_page(ph->p_offset);
	es->es_addr = trunc_page(ph->p_vaddr);
	es->es_filesz = ph->p_filesz == 0 ? 0 : ph->p_filesz + lead;
	es->es_memsz = ph->p_memsz + lead;
	es->es_prot = elf_prot(ph);
	ep->ep_nsegs++;
	return (0);
}

/* The entry point must lie in what may be executed. */
static bool
elf_entry_check(const struct exec_package *ep)
{
	const struct exec_seg *es;

	for (es = ep->ep_segs; es < ep->ep_segs + ep->ep_nsegs; es++)
		if (ep->ep_entry - es->es_addr < es->es_filesz)
			return ((es->es_prot & VM_PROT_EXECUTE) != 0);
	return (false);
}

/*
 * Is ep_vp an image that can run?  Fills in segments and entry.
 *
 * => ENOEXEC if not; EIO and the like if it cannot be read
 */
int
exec_elf_check(struct exec_package *ep)
{
	Elf32_Ehdr eh;
	Elf32_Phdr ph;
	int error, i;

	error = elf_read(ep->ep_vp, &eh, sizeof(eh), 0);
	if (error != 0)
		return (error);
	if (!elf_header_check(&eh))
		return (ENOEXEC);
	for (i = 0; i < eh.e_phnum; i++) {
		if ((uint64_t)eh.e_phoff + (i + 1) * sizeof(ph) >
		    ep->ep_vp->v_size)
			return (ENOEXEC);
		error = elf_read(ep->ep_vp, &ph, sizeof(ph),
		    eh.e_phoff + i * sizeof(ph));
		if (error == 0 && (ph.p_type == PT_INTERP ||
		    ph.p_type == PT_DYNAMIC))
			error = ENOEXEC;
		if (error == 0 && ph.p_type == PT_LOAD)
			error = elf_segment(ep, &ph);
		if (error != 0)
			return (error);
	}
	ep->ep_entry = eh.e_entry;
	return (elf_entry_check(ep) ? 0 : ENOEXEC);
}

/*
 * Clear from the end of the file's part to the end of its last page, or of
 * the segment.
 */
static int
elf_clear_tail(const struct exec_seg *es)
{
	static const char zeros[256];
	vm_offset_t va = es->es_addr + es->es_filesz;
	vm_offset_t end = MIN(round_page(va), es->es_addr + es->es_memsz);
	u_int n;

	for (; va < end; va += n) {
		n = MIN(end - va, sizeof(zeros));
		if (copyout(zeros, (void *)va, n) != 0)
			return (EFAULT);
	}
	return (0);
}

static int
elf_map_segment(struct proc *p, struct vnode *vp, const struct exec_seg *es)
{
	vm_map_t map = &p->p_vmspace->vm_map;
	vm_offset_t addr = es->es_addr;
	vm_offset_t end = round_page(addr + es->es_memsz);
	int error;

	if (es->es_filesz != 0) {
		error = vm_mmap(map, &addr, round_page(es->es_filesz),
		    es->es_prot, VM_PROT_ALL, MAP_PRIVATE | MAP_FIXED, vp,
		    es->es_offset);
		if (error != 0)
			return (error);
		addr += round_page(es->es_filesz);
	}
	if (addr < end) {
		error = vm_mmap(map, &addr, end - addr, es->es_prot,
		    VM_PROT_ALL, MAP_PRIVATE | MAP_FIXED | MAP_ANON, NULL, 0);
		if (error != 0)
			return (error);
	}
	return (es->es_filesz < es->es_memsz ? elf_clear_tail(es) : 0);
}

/*
 * Map the segments into p's empty address space.
 *
 * => vm_taddr and the like say where text and data are; the break begins
 *    behind the last segment
 */
int
exec_elf_map(struct proc *p, struct exec_package *ep)
{
	struct vmspace *vm = p->p_vmspace;
	const struct exec_seg *es = ep->ep_segs;
	int error, i;

	for (i = 0; i < ep->ep_nsegs; i++) {
		error = elf_map_segment(p, ep->ep_vp, &es[i]);
		if (error != 0)
			return (error);
	}
	i = ep->ep_nsegs - 1;
	vm->vm_taddr = es[0].es_addr;
	vm->vm_tsize = btoc(es[0].es_memsz);
	vm->vm_daddr = es[i].es_addr;
	vm->vm_dsize = btoc(es[i].es_memsz);
	return (0);
}
