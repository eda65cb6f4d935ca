/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * plugin.c: the guest of a benchmark, seen from outside it.
 *
 * A plugin of QEMU's TCG.  The guest runs the very objects that `make run'
 * boots, which count no stretch at splvm; so what is between two marks (mark.h)
 * is watched from here.  For each row one line goes to the file out=:
 *
 *	row calls insns longest invlpg cr3 cr4
 *
 * longest: the most instructions from a store to cpl that blocks all of mask=
 * to one that does not, or to the end of the call.  cpl=: its address in the
 * kernel; ram=: the file that is the guest's memory, where the word stands at
 * the address less base=.  A plugin of this QEMU cannot read memory itself.
 *
 * Debian ships no header of the interface; what is used is declared here (QEMU
 * 7.2, version 1).
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mark.h"

/* ----- the interface ----- */

#define EXPORT	__attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum { CB_NO_REGS = 0, INLINE_ADD = 0, MEM_WRITE = 2 };

void	qemu_plugin_register_vcpu_tb_trans_cb(plugin_id,
	    void (*)(plugin_id, struct qemu_plugin_tb *));
void	qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *,
	    int, void *, uint64_t);
void	qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *,
	    void (*)(unsigned int, void *), int, void *);
void	qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *,
	    void (*)(unsigned int, uint32_t, uint64_t, void *), int, int,
	    void *);
void	qemu_plugin_register_atexit_cb(plugin_id,
	    void (*)(plugin_id, void *), void *);
size_t	qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(
	    const struct qemu_plugin_tb *, size_t);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
size_t	qemu_plugin_insn_size(const struct qemu_plugin_insn *);

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(plugin_id, const void *, int, char **);

/* ----- what is seen ----- */

#define MARK_BYTES	"\x0f\x1f\x80"	/* and which one, see mark.h */

static uint64_t executed;	/* instructions */
static uint32_t cpl_address, cpl_mask;
static const volatile uint32_t *cpl_word;
static FILE *out;

static struct {
	bool		begun;
	unsigned int	calls;
	uint64_t	insns, longest, invlpg, cr3, cr4;
} row;

static uint64_t begun;		/* the call, or 0 */
static uint64_t raised;		/* the stretch, or 0 */

static void
raise_seen(void)
{
	if (begun != 0 && raised == 0 &&
	    (*cpl_word & cpl_mask) == cpl_mask)
		raised = executed;
}

static void
lower_seen(void)
{
	if (raised != 0 && executed - raised > row.longest)
		row.longest = executed - raised;
	raised = 0;
}

static void
row_print(void)
{
	if (row.begun)
		fprintf(out, "row %u %" PRIu64 " %" PRIu64 " %" PRIu64
		    " %" PRIu64 " %" PRIu64 "\n", row.calls,
		    row.insns, row.longest, row.invlpg, row.cr3, row.cr4);
}

static void
on_row(unsigned int cpu, void *unused)
{
	(void)cpu;
	(void)unused;
	row_print();
	memset(&row, 0, sizeof(row));
	row.begun = true;
}

static void
on_begin(unsigned int cpu, void *unused)
{
	(void)cpu;
	(void)unused;
	begun = executed;
	raised = 0;
	raise_seen();
}

static void
on_end(unsigned int cpu, void *unused)
{
	(void)cpu;
	(void)unused;
	lower_seen();
	row.insns += executed - begun;
	row.calls++;
	begun = 0;
}

static void
on_store(unsigned int cpu, uint32_t info, uint64_t va, void *unused)
{
	(void)cpu;
	(void)info;
	(void)unused;
	if ((uint32_t)va != cpl_address)
		return;
	if ((*cpl_word & cpl_mask) == cpl_mask)
		raise_seen();
	else
		lower_seen();
}

static void
on_count(unsigned int cpu, void *counter)
{
	(void)cpu;
	if (begun != 0)
		++*(uint64_t *)counter;
}

/* ----- the code of the guest ----- */

/* The counter of an instruction that changes the TLB, or NULL. */
static uint64_t *
tlb_counter(const uint8_t *code, size_t size)
{
	unsigned int reg;

	if (size < 3 || code[0] != 0x0f)
		return (NULL);
	reg = code[2] >> 3 & 7;
	if (code[1] == 0x01 && reg == 7 && code[2] < 0xc0)
		return (&row.invlpg);
	if (code[1] == 0x22 && reg == 3)
		return (&row.cr3);
	return (code[1] == 0x22 && reg == 4 ? &row.cr4 : NULL);
}

/* => which mark this is, from 0, or -1 */
static int
mark_number(const uint8_t *code, size_t size)
{
	uint32_t word;

	if (size != 7 || memcmp(code, MARK_BYTES, 3) != 0)
		return (-1);
	memcpy(&word, code + 3, 4);
	return (word >= MARK_ROW && word <= MARK_END ?
	    (int)(word - MARK_ROW) : -1);
}

/* Does an instruction name cpl by its address?  All that store it do. */
static int
names_cpl(const uint8_t *code, size_t size)
{
	size_t i;

	for (i = 1; i + 4 <= size; i++)
		if (memcmp(code + i, &cpl_address, 4) == 0)
			return (1);
	return (0);
}

static void
on_insn(struct qemu_plugin_insn *insn)
{
	static void (*const on_mark[])(unsigned int, void *) = {
		on_row, on_begin, on_end };
	const uint8_t *code = qemu_plugin_insn_data(insn);
	size_t size = qemu_plugin_insn_size(insn);
	uint64_t *counter = tlb_counter(code, size);
	int mark = mark_number(code, size);

	qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD, &executed,
	    1);
	if (mark >= 0)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark[mark],
		    CB_NO_REGS, NULL);
	if (counter != NULL)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_count,
		    CB_NO_REGS, counter);
	if (names_cpl(code, size))
		qemu_plugin_register_vcpu_mem_cb(insn, on_store, CB_NO_REGS,
		    MEM_WRITE, NULL);
}

static void
on_block(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (i = 0; i < n; i++)
		on_insn(qemu_plugin_tb_get_insn(tb, i));
}

static void
on_exit_of_qemu(plugin_id id, void *arg)
{
	(void)id;
	(void)arg;
	row_print();
	fclose(out);
}

/* ----- the arguments ----- */

/* => the value of NAME=value, or "" */
static const char *
argument(int argc, char **argv, const char *name)
{
	size_t len = strlen(name);

	for (; argc > 0; argc--, argv++)
		if (strncmp(*argv, name, len) == 0 && (*argv)[len] == '=')
			return (*argv + len + 1);
	return ("");
}

static uint32_t
number(int argc, char **argv, const char *name)
{
	return ((uint32_t)strtoul(argument(argc, argv, name), NULL, 0));
}

/* => the guest's memory, or NULL */
static const uint8_t *
map_memory(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	void *p = MAP_FAILED;

	if (fd < 0)
		return (NULL);
	if (fstat(fd, &st) == 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd,
		    0);
	close(fd);
	return (p == MAP_FAILED ? NULL : p);
}

int
qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	const uint8_t *ram = map_memory(argument(argc, argv, "ram"));

	(void)info;
	cpl_address = number(argc, argv, "cpl");
	cpl_mask = number(argc, argv, "mask");
	out = fopen(argument(argc, argv, "out"), "w");
	if (ram == NULL || out == NULL || cpl_address == 0 || cpl_mask == 0)
		return (-1);
	cpl_word = (const volatile uint32_t *)(ram + (cpl_address -
	    number(argc, argv, "base")));
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_block);
	qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
	return (0);
}
