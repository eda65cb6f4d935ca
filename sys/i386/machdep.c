/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * machdep.c: the start of the machine, its processor, its end.
 *
 * Role: i386_init brings the machine from locore.S to main(): console,
 * options, processor, descriptor tables, memory, pmap_bootstrap.  Also the
 * ways out: halt, reset, the exit port of QEMU.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/reboot.h>
#include <machine/cpufunc.h>
#include <vm/vm.h>
#include "machdep.h"
#include "pmap_host.h"

#define MB_BOOTED	0x2badb002u
#define EXIT_PORT	0xf4		/* isa-debug-exit */
#define PANIC_STATUS	0x7f

int	cpu_family;
int	cpu_has_invlpg;
int	cpu_has_pge;
int	cpu_has_pse;
int	cpu_has_tsc;
char	cpu_model[16];
char	bootline[BOOTLINE_MAX];

extern char __kernel_end[];

/*
 * Find "name" or "name=value" among the words of the boot line.
 *
 * => the value, "" without "=", NULL if absent
 * => the storage is overwritten by the next call
 */
char *
getoption(const char *name)
{
	static char value[64];
	const char *word = bootline;
	size_t len, n = strlen(name);

	while (*word != '\0') {
		for (len = 0; word[len] != '\0' && word[len] != ' '; len++)
			continue;
		if (len >= n && strncmp(word, name, n) == 0 &&
		    (len == n || word[n] == '=')) {
			len = len == n ? 0 : len - n - 1;
			len = MIN(len, sizeof(value) - 1);
			memcpy(value, word + n + 1, len);
			value[len] = '\0';
			return (value);
		}
		word += len;
		while (*word == ' ')
			word++;
	}
	return (NULL);
}

/*
 * The same as a number.  => 1 for a bare name, dflt if absent
 */
int
getoption_int(const char *name, int dflt)
{
	char *value = getoption(name);

	if (value == NULL)
		return (dflt);
	return (*value == '\0' ? 1 : (int)strtoul(value, NULL, 0));
}

/*
 * => can this bit of EFLAGS be changed?
 */
static bool
eflags_toggles(uint32_t bit)
{
	uint32_t old = read_eflags(), new;

	write_eflags(old ^ bit);
	new = read_eflags();
	write_eflags(old);
	return (((old ^ new) & bit) != 0);
}

static const char *
family_name(int family, int model)
{
	if (family <= 3)
		return ("386");
	if (family == 4)
		return ("486");
	if (family == 5)
		return ("pentium");
	if (family > 6)
		return ("pentium4");
	return (model >= 7 ? "pentium3" : model >= 3 ? "pentium2" :
	    "pentiumpro");
}

/*
 * Which processor?  A 386 cannot change AC, an early 486 cannot change ID
 * and has no CPUID and no CR4 (SDM vol. 1, 3.4.3.3; vol. 2, CPUID).
 */
static void
cpu_identify(void)
{
	uint32_t r[4], features = 0, model = 0;

	cpu_family = eflags_toggles(PSL_AC) ? 4 : 3;
	if (cpu_family == 4 && eflags_toggles(PSL_ID)) {
		cpuid(0, r);
		if (r[0] >= 1) {
			cpuid(1, r);
			cpu_family = (r[0] >> 8) & 0xf;
			model = (r[0] >> 4) & 0xf;
			if (cpu_family == 15)
				cpu_family += (r[0] >> 20) & 0xff;
			features = r[3];
		}
	}
	strlcpy(cpu_model, family_name(cpu_family, model), sizeof(cpu_model));
	cpu_has_invlpg = cpu_family >= 4;
	cpu_has_pge = (features & CPUID_PGE) != 0;
	cpu_has_pse = (features & CPUID_PSE) != 0;
	cpu_has_tsc = (features & CPUID_TSC) != 0;
	if (cpu_has_pge) {
		lcr4(rcr4() | CR4_PGE);
		cpu_pte_global = 0x100;
	}
	printf("cpu: %s invlpg=%d pge=%d pse=%d\n", cpu_model,
	    cpu_has_invlpg, cpu_has_pge, cpu_has_pse);
}

/*
 * All that must be there before main().
 *
 * => interrupts off; returns with them off and everything blocked
 */
void
i386_init(void)
{
	const struct mb_info *mi = (void *)(KERNBASE + boot_info);

	cpl = IPL_HIGH;
	com_init();
	segments_init();
	if (boot_magic != MB_BOOTED || boot_info >= 0x400000) {
		printf("not booted by a multiboot loader\n");
		cpu_panic();
	}
	if (mi->mi_flags & MBI_CMDLINE && mi->mi_cmdline < 0x400000)
		strlcpy(bootline, (char *)(KERNBASE + mi->mi_cmdline),
		    sizeof(bootline));
	cpu_identify();
	physmem_init(mi);
	proc0.p_addr = (struct user *)proc0_uarea;
	proc0.p_md_regs = (struct trapframe *)(proc0_uarea + USPACE) - 1;
	set_kernel_stack((uint32_t)proc0_uarea + USPACE);
	curproc = &proc0;
	curpcb = (struct pcb *)proc0_uarea;
	intr_init();
	/* The loader's information has been read: unmap the low megabyte. */
	memset(boot_pt, 0, ((KERNTEXT - KERNBASE) >> PGSHIFT) *
	    sizeof(boot_pt[0]));
	lcr3(rcr3());
	pmap_bootstrap((vm_offset_t)__kernel_end);
}

/*
 * The devices, once the VM is up.
 *
 * => called by main(); interrupts are on when it returns, cpl unchanged
 */
void
cpu_startup(void)
{
	com_attach();
	wdattach();
	enable_intr();
}

static void __dead2
cpu_stop(void)
{
	disable_intr();
	for (;;)
		__asm__ volatile("hlt");
}

/*
 * Pull the processor's reset line by the keyboard controller.
 */
static void __dead2
cpu_reset(void)
{
	int i;

	for (i = 0; i < 100000 && (inb(0x64) & 2) != 0; i++)
		continue;
	outb(0x64, 0xfe);
	cpu_stop();
}

/*
 * Stop: RB_HALT leaves QEMU with the status if its exit port is there, and
 * halts otherwise; else the machine is reset.
 */
void
cpu_reboot(int howto)
{
	disable_intr();
	if ((howto & RB_HALT) == 0)
		cpu_reset();
	outb(EXIT_PORT, RB_GETSTATUS(howto));
	printf("halted\n");
	cpu_stop();
}

/*
 * After the message of a panic: option "panicexit" leaves QEMU.
 */
void
cpu_panic(void)
{
	disable_intr();
	if (getoption("panicexit") != NULL)
		outb(EXIT_PORT, PANIC_STATUS);
	printf("halted\n");
	cpu_stop();
}
