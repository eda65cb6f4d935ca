/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * physmem.c: what the kernel makes of a boot loader's memory map.
 *
 * The kernel's own object, sys/i386/physmem.c, in a process of the host, one
 * a map, for it has no way back.  Each map is compared with an array of
 * pieces of 512 bytes that are RAM, reserved or neither.  The structures are
 * written down from the multiboot specification, 3.3.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define KERNBASE	0xf0000000u
#define IMAGE		0x100000u
#define IMAGE_END	0x180000u	/* as the Makefile sets __kernel_end */
#define TOP		0x10000000u	/* above all maps here */
#define PIECE		512u
#define PAGE		4096u
#define FLAG_MAP	0x40u

enum { ENTRIES = 130, RANDOM_MAPS = 200, MB = 1 << 20 };

struct mb_info {
	uint32_t	mi_flags, mi_lower, mi_upper, mi_device, mi_cmdline;
	uint32_t	mi_mods[2], mi_syms[4], mi_length, mi_addr;
};

struct mb_entry {
	uint32_t	me_size;
	uint64_t	me_addr, me_len;
	uint32_t	me_type;
} __attribute__((packed));

void	physmem_init(const struct mb_info *);
bool	physmem_is_ram(uint32_t);
int	pmap_next_page(uint32_t *);
unsigned int pmap_free_pages(void);
int	pmap_page_index(uint32_t);
int	__wrap_printf(const char *, ...);
void	cpu_panic(void);
void	panic(const char *, ...);

static struct mb_entry map[ENTRIES];
static int nmap;
static char messages[65536];
static uint8_t pieces[TOP / PIECE];	/* 1 RAM, 2 reserved */
static int passed, failed;

/* The kernel's messages. */
int
__wrap_printf(const char *fmt, ...)
{
	size_t used = strlen(messages);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(messages + used, sizeof(messages) - used, fmt, ap);
	va_end(ap);
	return (0);
}

void
cpu_panic(void)
{
	fprintf(stderr, "it stopped: %s", messages);
	exit(2);
}

void
panic(const char *fmt, ...)
{
	fprintf(stderr, "panic: %s\n", fmt);
	exit(2);
}

static void
fail(const char *what, uint32_t pa)
{
	fprintf(stderr, "%s: 0x%x\n%s", what, pa, messages);
	exit(1);
}

static void
add(uint64_t start, uint64_t end, uint32_t type)
{
	map[nmap++] = (struct mb_entry){
		sizeof(map[0]) - sizeof(map[0].me_size), start, end - start,
		type
	};
}

static void
paint(const struct mb_entry *me)
{
	uint64_t pa;

	for (pa = me->me_addr / PIECE * PIECE; pa < TOP && pa <
	    me->me_addr + me->me_len; pa += PIECE)
		pieces[pa / PIECE] |= me->me_type == 1 ? 1 : 2;
}

static bool
wanted(uint32_t pa)
{
	if (pa == 0 || (pa >= IMAGE && pa < IMAGE_END))
		return (false);
	for (uint32_t at = pa; at < pa + PAGE; at += PIECE)
		if (pieces[at / PIECE] != 1)
			return (false);
	return (true);
}

static void
init(void)
{
	struct mb_info mi = {
		.mi_flags = FLAG_MAP, .mi_length = nmap * sizeof(map[0]),
		.mi_addr = (uint32_t)(uintptr_t)map - KERNBASE,
	};

	memset(pieces, 0, sizeof(pieces));
	for (int i = 0; i < nmap; i++)
		paint(&map[i]);
	physmem_init(&mi);
}

/* All that is wanted is given out, each page once, in order. */
static void
check_all(void)
{
	uint32_t pa, got;
	int index = 0;

	for (pa = 0; pa < TOP; pa += PAGE) {
		if (physmem_is_ram(pa) != (wanted(pa) || (pa >= IMAGE &&
		    pa < IMAGE_END)))
			fail("physmem_is_ram", pa);
		if (!wanted(pa))
			continue;
		if (pmap_page_index(pa) != index++)
			fail("index", pa);
		if (!pmap_next_page(&got) || got != pa)
			fail("not given out", pa);
	}
	if (pmap_free_pages() != 0 || pmap_next_page(&got))
		fail("too many pages", got);
}

/* The usual beginning: 640 KB and 16 MB. */
static void
begin(void)
{
	nmap = 0;
	add(0, 0x9fc00, 1);
	add(0x100000, 0x1000000, 1);
}

static void
reserved_inside(void)
{
	begin();
	add(0x800000, 0x900000, 2);
	init();
	check_all();
	if (strstr(messages, "0x800000 to 0x900000 is not used") == NULL)
		fail("no message", 0x800000);
}

static void
reserved_first(void)
{
	nmap = 0;
	add(0x800200, 0x900200, 2);
	add(0xff0000, 0x1000000, 4);
	add(0x100000, 0x1000000, 1);
	init();
	check_all();
}

static void
larger_later(void)
{
	nmap = 0;
	add(0x400000, 0x500000, 1);
	add(0x100000, 0x1000000, 1);
	add(0x1000000, 0x2000000, 1);
	add(0x200000, 0x300000, 1);
	init();
	check_all();
	if (messages[0] != '\0' && strstr(messages, "not used") != NULL)
		fail("a message", 0);
}

/* A page whose halves come from two entries is RAM. */
static void
halves_of_a_page(void)
{
	begin();
	add(0x2000200, 0x2100600, 1);
	add(0x2100600, 0x2200a00, 1);
	add(0x3000000, 0x3000000, 2);
	add(0x500000, 0x500000, 2);
	init();
	check_all();
}

static void
many_entries(void)
{
	nmap = 0;
	add(0x100000, 0x800000, 1);
	for (uint32_t i = 0; i < 40; i++)
		add(0x1000000 + i * MB, 0x1000000 + i * MB + MB / 2, 1);
	add(0x8000000, 0xc000000, 1);
	init();
	check_all();
}

/* More than it can keep: small pieces go, with a message each. */
static void
too_many_entries(void)
{
	uint32_t pa;
	unsigned int n = 0;

	nmap = 0;
	for (uint32_t i = 0; i < 120; i++)
		add(0x1000000 + i * 0x10000, 0x1000000 + i * 0x10000 +
		    (i + 1) * PIECE, 1);
	add(0x100000, 0x800000, 1);
	add(0x8000000, 0xc000000, 1);
	add(0x9000000, 0x9001000, 2);
	init();
	while (pmap_next_page(&pa)) {
		if (!wanted(pa))
			fail("it is none", pa);
		n += pa >= 0x8000000;
	}
	if (n != 0x4000 - 1)
		fail("the large piece has pages", n);
	if (strstr(messages, "0x1000000 to 0x1000200 is not used") == NULL)
		fail("no message", 0);
}

/* Sums that wrap, entries above 4 GB, an entry that is too short. */
static void
absurd_entries(void)
{
	begin();
	add(0xfffffffffffff000, 0xfffffffffffffff0, 1);
	map[nmap - 1].me_len = UINT64_MAX;
	add(0x100000000, 0x200000000, 1);
	add(0xfff00000, 0x100000000, 2);
	add(0, 0, 0);
	map[nmap - 1].me_size = 0;
	init();
	nmap--;
	check_all();
	if (strstr(messages, "the rest is not read") == NULL)
		fail("no message", 0);
}

static unsigned int seed;

static uint32_t
random_below(uint32_t n)
{
	seed = seed * 1103515245 + 12345;
	return ((seed >> 8) % n);
}

static void
random_map(void)
{
	uint32_t at;

	begin();
	for (uint32_t n = random_below(20); n > 0; n--) {
		at = random_below(TOP / PIECE - 0x8000) * PIECE;
		add(at, at + random_below(0x8000) * PIECE,
		    1 + random_below(3) / 2);
	}
	/* The first 8 MB stay, so that there is enough. */
	for (int i = 2; i < nmap; i++)
		if (map[i].me_addr < 0x800000)
			map[i].me_addr += 0x800000;
	init();
	check_all();
}

static void
run(void (*fn)(void), const char *name)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		fn();
		_exit(0);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0) {
		passed++;
		if (seed == 0)
			fprintf(stdout, "ok physmem__%s\n", name);
		return;
	}
	failed++;
	fprintf(stdout, "not ok physmem__%s, seed %u\n", name, seed);
}

int
main(void)
{
	run(reserved_inside, "reserved_inside");
	run(reserved_first, "reserved_first");
	run(larger_later, "larger_later");
	run(halves_of_a_page, "halves_of_a_page");
	run(many_entries, "many_entries");
	run(too_many_entries, "too_many_entries");
	run(absurd_entries, "absurd_entries");
	for (unsigned int i = 1; i <= RANDOM_MAPS; i++) {
		seed = i;
		run(random_map, "random_map");
	}
	fprintf(stdout, "physmem: %d passed, %d failed\n", passed, failed);
	return (failed != 0);
}
