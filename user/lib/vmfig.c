/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * vmfig.c: the kernel's figures and its boot line, through sysctl.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <vm/vm_param.h>

#include <string.h>
#include <unistd.h>
#include <vmfig.h>

/* => 0, or -1 with errno */
int
vmmeter_get(struct vmmeter *vm)
{
	int name[2] = { CTL_VM, VM_CNT };
	size_t len = sizeof(*vm);

	memset(vm, 0, sizeof(*vm));
	return (sysctl(name, 2, vm, &len, NULL, 0));
}

/* The line that the boot loader gave the kernel.  => 0, or -1 */
int
bootline_get(char *buf, size_t size)
{
	int name[2] = { CTL_KERN, KERN_BOOTLINE };
	size_t len = size;

	buf[0] = '\0';
	if (sysctl(name, 2, buf, &len, NULL, 0) < 0)
		return (-1);
	buf[size - 1] = '\0';
	return (0);
}

/*
 * The value of the word `name=value' of the boot line, copied to buf.
 * => NULL if there is no such word
 */
char *
bootoption_get(const char *name, char *buf, size_t size)
{
	size_t len = strlen(name), n;
	char line[512], *p;

	if (bootline_get(line, sizeof(line)) < 0)
		return (NULL);
	for (p = line; *p != '\0'; p += n) {
		while (*p == ' ')
			p++;
		for (n = 0; p[n] != '\0' && p[n] != ' '; n++)
			;
		if (n <= len || strncmp(p, name, len) != 0 || p[len] != '=')
			continue;
		p[n] = '\0';
		strlcpy(buf, p + len + 1, size);
		return (buf);
	}
	return (NULL);
}
