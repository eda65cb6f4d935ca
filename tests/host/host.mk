# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
#
# The module in a 32-bit user process: unit tests and lint.  The module's
# objects of one variant are joined into one, with data and bss in a section
# of their own, so that the host can put them back as at program start.

BUILD		?= build
PYTHON		?= python3
HT_CC		?= gcc
HT_DIR		:= $(BUILD)/host
HT_MODULE	:= pmap pmap_mem pmap_kern pmap_boot pmap_report pmap_audit \
		   pmap_audit_pv pv ptp
HT_HOST		:= mmu host trap kva state
HT_TESTS	:= $(basename $(notdir $(wildcard tests/unit/*.c)))
HT_HEADERS	:= $(wildcard pmap*.h) $(wildcard tests/host/*.h) \
		   $(wildcard tests/unit/*.h tests/model/*.h)

HT_CFLAGS	:= -m32 -std=c11 -D_DEFAULT_SOURCE -g -fno-strict-aliasing \
		   -fno-common -fno-pie -Wall -Wextra -Wshadow \
		   -Wstrict-prototypes -Wmissing-prototypes \
		   -I. -Itests/host -Itests/unit
HT_SANITIZE	:= -fsanitize=address,undefined -fno-sanitize-recover=undefined
HT_RECURSIVE	:= -DPH_RECURSIVE=575u -DPH_BOOT_SLOT=574u \
		   -DPH_GLOBAL=0u -DPH_WIRED_FAILS=0 -DPMAP_AUDIT=16

HT_FLAGS_plain	:= -O2
HT_FLAGS_asan	:= -O2 -fno-omit-frame-pointer $(HT_SANITIZE)
HT_FLAGS_ports	:= -O2 $(HT_RECURSIVE)
HT_FLAGS_bare	:= -O2 -DPMAP_DIAGNOSTIC=0
HT_FLAGS_fuzz	:= -O2 -fno-omit-frame-pointer \
		   -fsanitize=address,undefined \
		   -fsanitize-coverage=inline-8bit-counters,pc-table \
		   -fno-sanitize-recover=undefined -Wno-unknown-warning-option
HT_CC_fuzz	:= clang

# As asan, but for the audit and the comparison: they only read, and sanitized
# they are nine tenths of the time of a run that does both every operation.
HT_FLAGS_quick	:= $(HT_FLAGS_asan)
HT_MORE_quick_pmap_audit := -fno-sanitize=all
HT_MORE_quick_pmap_audit_pv := -fno-sanitize=all
HT_MORE_quick_world_check := -fno-sanitize=all

# The compiler of a variant: $(1) its name.
ht_cc		= $(or $(HT_CC_$(1)),$(HT_CC))

# Coverage: the module alone is instrumented.  gcov's counters get a section
# of their own, or each boot would reset them.  Without __builtin_expect a
# condition has the branches that it is written with.
HT_FLAGS_cov	:= -O2
HT_MODFLAGS_cov	:= -O0 -fprofile-arcs -ftest-coverage -fdata-sections \
		   '-D__builtin_expect(c,v)=(c)'
HT_JOIN_cov	:= -T tests/host/cov.ld
HT_LINK_cov	:= --coverage

# One variant: $(1) its name.
define HT_VARIANT
$(HT_DIR)/$(1)/%.o: %.c $(HT_HEADERS)
	@mkdir -p $$(@D)
	$(call ht_cc,$(1)) $(HT_CFLAGS) $(HT_FLAGS_$(1)) $(HT_MODFLAGS_$(1)) \
	    $$(HT_MORE_$(1)_$$*) -c $$< -o $$@
$(HT_DIR)/$(1)/%.o: tests/host/%.c $(HT_HEADERS)
	@mkdir -p $$(@D)
	$(call ht_cc,$(1)) $(HT_CFLAGS) $(HT_FLAGS_$(1)) -c $$< -o $$@
$(HT_DIR)/$(1)/%.o: tests/unit/%.c $(HT_HEADERS)
	@mkdir -p $$(@D)
	$(call ht_cc,$(1)) $(HT_CFLAGS) $(HT_FLAGS_$(1)) -Wno-clobbered -c $$< -o $$@
$(HT_DIR)/$(1)/module.o: $(HT_MODULE:%=$(HT_DIR)/$(1)/%.o)
	ld -m elf_i386 -r $(HT_JOIN_$(1)) -o $$@.tmp $$^
	objcopy --rename-section .data=pmapdata,alloc,load,data,contents \
	    --set-section-flags .bss=alloc,load,data,contents \
	    --rename-section .bss=pmapdata,alloc,load,data,contents \
	    $$@.tmp $$@
	@rm -f $$@.tmp
$(HT_DIR)/$(1)/%.o: tests/model/%.c $(HT_HEADERS)
	@mkdir -p $$(@D)
	$(call ht_cc,$(1)) $(HT_CFLAGS) $(HT_FLAGS_$(1)) $$(HT_MORE_$(1)_$$*) \
	    -Itests/model -Wno-clobbered -c $$< -o $$@
$(HT_DIR)/$(1)/unit: $(HT_DIR)/$(1)/module.o \
    $(HT_HOST:%=$(HT_DIR)/$(1)/%.o) $(HT_TESTS:%=$(HT_DIR)/$(1)/%.o)
	$(call ht_cc,$(1)) -m32 -no-pie $(HT_FLAGS_$(1)) -Wl,-z,noexecstack \
	    -o $$@ $$^ $(HT_LINK_$(1))
unit-$(1): $(HT_DIR)/$(1)/unit
	tools/run32 $(HT_DIR)/$(1)/unit
.PHONY: unit-$(1)
endef

HT_VARIANTS	:= plain asan ports
$(foreach v,$(HT_VARIANTS) bare quick cov fuzz,$(eval $(call HT_VARIANT,$(v))))

# The kernel's own reading of the loader's memory map, in a process.
$(HT_DIR)/physmem: tests/host/physmem.c $(BUILD)/kernel/sys/i386/physmem.c.o
	@mkdir -p $(@D)
	$(HT_CC) $(HT_CFLAGS) -O2 -no-pie -Wl,--wrap=printf \
	    -Wl,--defsym,__kernel_end=0xf0180000 -Wl,-z,noexecstack -o $@ $^
check-physmem: $(HT_DIR)/physmem
	tools/run32 $(HT_DIR)/physmem
.PHONY: check-physmem

.PHONY: unit lint
unit: unit-plain unit-asan unit-ports unit-bare
lint: kernel
	$(PYTHON) tools/lint
