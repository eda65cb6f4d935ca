/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * t_sysctl.c: the kernel's figures.
 */
#include <sys/sysctl.h>

#include <vm/vm_param.h>
#include <vmfig.h>

#include "test.h"

static void
sysctl__vm_figures_add_up(void)
{
	struct vmmeter vm;
	unsigned int sum;

	CHECK(vmmeter_get(&vm) == 0, "sysctl: %s", strerror(errno));
	sum = vm.v_free_count + vm.v_active_count + vm.v_inactive_count +
	    vm.v_wire_count;
	CHECK(vm.v_page_size == PAGE, "page size %u", vm.v_page_size);
	CHECK(vm.v_page_count > 200, "%u pages", vm.v_page_count);
	CHECK(sum <= vm.v_page_count && sum + 64 > vm.v_page_count,
	    "%u of %u pages", sum, vm.v_page_count);
	CHECK(vm.v_faults > 0 && vm.v_mappings > 0 && vm.v_ptps > 0,
	    "faults %u mappings %u ptps %u", vm.v_faults, vm.v_mappings,
	    vm.v_ptps);
}

static void
sysctl__faults_are_counted(void)
{
	struct vmmeter a, b;
	char *p = test_map(32 * PAGE, MAP_PRIVATE);

	CHECK(vmmeter_get(&a) == 0, "sysctl");
	for (unsigned int i = 0; i < 32; i++)
		p[i * PAGE] = 1;
	CHECK(vmmeter_get(&b) == 0, "sysctl");
	CHECK(b.v_zfod - a.v_zfod >= 32, "%u pages", b.v_zfod - a.v_zfod);
}

static void
sysctl__processes_are_listed(void)
{
	static struct kinfo_proc kp[64];
	int name[3] = { CTL_KERN, KERN_PROC, 0 }, found = 0;
	size_t len = sizeof(kp);

	CHECK(sysctl(name, 3, kp, &len, NULL, 0) == 0, "sysctl: %s",
	    strerror(errno));
	for (size_t i = 0; i < len / sizeof(kp[0]); i++)
		found += kp[i].kp_pid == getpid() &&
		    strcmp(kp[i].kp_comm, "usertests") == 0 &&
		    kp[i].kp_ppid == getppid();
	CHECK(found == 1, "found %d times", found);
}

static void
sysctl__boot_line(void)
{
	char line[512];

	CHECK(bootline_get(line, sizeof(line)) == 0, "sysctl");
	CHECK(strlen(line) < sizeof(line), "no end");
}

static void
sysctl__bad_arguments(void)
{
	int name[2] = { CTL_VM, VM_CNT }, bad[2] = { 99, 99 };
	size_t len = 4;
	uint32_t word;

	CHECK_ERRNO(ENOMEM, sysctl(name, 2, &word, &len, NULL, 0));
	CHECK(sysctl(bad, 2, &word, &len, NULL, 0) == -1, "name 99.99");
	CHECK(sysctl(name, 0, &word, &len, NULL, 0) == -1, "no name");
	CHECK(sysctl(name, 4000, &word, &len, NULL, 0) == -1, "long name");
	CHECK_ERRNO(EFAULT, sysctl((int *)8, 2, &word, &len, NULL, 0));
	CHECK_ERRNO(EFAULT, sysctl(name, 2, &word, (size_t *)8, NULL, 0));
	len = sizeof(struct vmmeter);
	CHECK_ERRNO(EFAULT, sysctl(name, 2, (void *)0xf0100000, &len, NULL,
	    0));
	CHECK(sysctl(name, 2, NULL, NULL, &word, 4) == -1,
	    "the figures can be set");
}

enum { LISTERS = 8 };

/* Each copies to a page that must be read first; the others wait for it. */
static void
list_processes(char *to)
{
	int name[3] = { CTL_KERN, KERN_PROC, 0 };
	size_t len = PAGE;

	CHECK(sysctl(name, 3, to, &len, NULL, 0) == 0, "sysctl: %s",
	    strerror(errno));
	CHECK(len >= 3 * sizeof(struct kinfo_proc), "%u bytes",
	    (unsigned int)len);
}

static void
sysctl__many_list_processes(void)
{
	int status;
	char *p;

	for (int round = 0; round < 8; round++) {
		p = test_disk_pages(round * LISTERS * (int)PAGE, LISTERS);
		for (int i = 0; i < LISTERS; i++)
			if (fork() == 0) {
				list_processes(p + i * (int)PAGE);
				_exit(0);
			}
		for (int i = 0; i < LISTERS; i++)
			CHECK(wait(&status) > 0 && status == 0,
			    "status 0x%x", status);
	}
}

/* To look at the rate of the audits must not cause any. */
static void
sysctl__a_look_wakes_nobody(void)
{
	int stats[] = { CTL_VM, VM_AUDITSTATS }, rate[] = { CTL_VM,
	    VM_AUDITRATE }, value;
	struct audit_stats before, after;
	size_t len = sizeof(before);

	CHECK(sysctl(stats, 2, &before, &len, NULL, 0) == 0, "sysctl");
	for (int i = 0; i < 500; i++) {
		len = sizeof(value);
		CHECK(sysctl(rate, 2, &value, &len, NULL, 0) == 0, "sysctl");
	}
	len = sizeof(after);
	CHECK(sysctl(stats, 2, &after, &len, NULL, 0) == 0, "sysctl");
	CHECK(after.as_audits - before.as_audits < 100, "%u audits",
	    after.as_audits - before.as_audits);
}

const struct test tests_sysctl[] = {
	TEST(sysctl__vm_figures_add_up),
	TEST(sysctl__faults_are_counted),
	TEST(sysctl__processes_are_listed),
	TEST(sysctl__boot_line),
	TEST(sysctl__bad_arguments),
	TEST(sysctl__a_look_wakes_nobody),
	TEST(sysctl__many_list_processes),
	TEST_END
};
