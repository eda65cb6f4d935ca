/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_malloc.c: malloc and free.
 *
 * Blocks of a power of two up to half a page come from buckets that are
 * filled a page at a time and keep their pages; larger ones are whole pages
 * of kmem_malloc and go back to it.  What a page is used for stands in a
 * table by page number of kmem_map, so that a block has no header.
 *
 * Locking: splvm.  M_NOWAIT works at interrupt level.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>
#include <vm/vm.h>
#include <vm/vm_kern.h>

#define MINBUCKET	4		/* 16 bytes */
#define MAXBUCKET	11		/* 2048 bytes */
#define KU_PAGES	0x8000		/* the rest is a number of pages */

struct freeblock {
	struct freeblock *fb_next;
	uint32_t	  fb_magic;	/* on a free list */
};

#define FB_MAGIC	0xdeadbeefu

struct kmemstats kmemstats[M_LAST];

static struct freeblock *bucket[MAXBUCKET + 1];
static u_short	*kmemusage;		/* bucket, or KU_PAGES | pages */
static vm_offset_t kmembase, kmemlimit;

#define KMEMUSAGE(addr)	kmemusage[((vm_offset_t)(addr) - kmembase) >> PGSHIFT]

/*
 * => kmem_map exists
 */
void
kmeminit(void)
{
	kmembase = vm_map_min(kmem_map);
	kmemlimit = vm_map_max(kmem_map);
	kmemusage = (u_short *)kmem_alloc(kernel_map,
	    round_page(atop(kmemlimit - kmembase) * sizeof(u_short)));
	if (kmemusage == NULL)
		panic("kmeminit: no memory");
}

static int
bucket_index(size_t size)
{
	int b = MINBUCKET;

	while ((1u << b) < size)
		b++;
	return (b);
}

/* Cut a page into blocks.  => splvm; false if there is no page */
static bool
bucket_fill(int b, int flags)
{
	vm_offset_t va, block;
	struct freeblock *fb;

	va = kmem_malloc(kmem_map, NBPG, (flags & M_NOWAIT) == 0);
	if (va == 0)
		return (false);
	KMEMUSAGE(va) = b;
	for (block = va; block < va + NBPG; block += 1u << b) {
		fb = (struct freeblock *)block;
		fb->fb_next = bucket[b];
		fb->fb_magic = FB_MAGIC;
		bucket[b] = fb;
	}
	return (true);
}

/* => splvm */
static void *
malloc_small(int b, int flags)
{
	struct freeblock *fb;

	while ((fb = bucket[b]) == NULL)
		if (!bucket_fill(b, flags))
			return (NULL);
	KASSERTMSG(fb->fb_magic == FB_MAGIC,
	    "free block %p was written to", (void *)fb);
	bucket[b] = fb->fb_next;
	fb->fb_magic = 0;
	return (fb);
}

static void *
malloc_pages(size_t size, int flags)
{
	vm_offset_t va = kmem_malloc(kmem_map, round_page(size),
	    (flags & M_NOWAIT) == 0);

	if (va != 0)
		KMEMUSAGE(va) = KU_PAGES | atop(round_page(size));
	return ((void *)va);
}

/*
 * Allocate kernel memory.
 *
 * => without M_NOWAIT: sleeps until there is some, and panics only when the
 *    kernel's addresses are used up
 * => M_ZERO: cleared
 */
void *
malloc(size_t size, int type, int flags)
{
	int b = bucket_index(size), s = splvm();
	void *p;

	p = b <= MAXBUCKET ? malloc_small(b, flags) :
	    malloc_pages(size, flags);
	if (p == NULL && (flags & M_NOWAIT) == 0)
		panic("malloc: %u bytes of type %d: kmem_map is full",
		    (u_int)size, type);
	if (p != NULL) {
		kmemstats[type].ks_inuse++;
		kmemstats[type].ks_calls++;
		kmemstats[type].ks_memuse += b <= MAXBUCKET ? 1u << b :
		    round_page(size);
	}
	splx(s);
	if (p != NULL && flags & M_ZERO)
		memset(p, 0, size);
	return (p);
}

/*
 * Give memory back.
 */
void
free(void *addr, int type)
{
	struct freeblock *fb = addr;
	u_int usage;
	int s;

	KASSERTMSG((vm_offset_t)addr >= kmembase &&
	    (vm_offset_t)addr < kmemlimit, "free of %p", addr);
	s = splvm();
	usage = KMEMUSAGE(addr);
	kmemstats[type].ks_inuse--;
	if (usage & KU_PAGES) {
		KASSERT(((vm_offset_t)addr & PGOFSET) == 0);
		usage = ptoa(usage & ~KU_PAGES);
		kmemstats[type].ks_memuse -= usage;
		kmem_free(kmem_map, (vm_offset_t)addr, usage);
	} else {
		KASSERTMSG(((vm_offset_t)addr & ((1u << usage) - 1)) == 0 &&
		    fb->fb_magic != FB_MAGIC, "%p freed twice", addr);
		kmemstats[type].ks_memuse -= 1u << usage;
		fb->fb_next = bucket[usage];
		fb->fb_magic = FB_MAGIC;
		bucket[usage] = fb;
	}
	splx(s);
}
