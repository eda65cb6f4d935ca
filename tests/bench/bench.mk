# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
#
# bench.mk: what tools/bench boots.
#
#	build/bench/pmap386.elf	the kernel, its tests replaced by benchmarks
#	build/bench/plugin.so	what QEMU loads to watch the guest
#
# The objects of the module are those of the kernel itself.

BENCH_DIR	:= $(BUILD)/bench
BENCH_SRCS	:= $(sort $(wildcard tests/bench/kb*.c tests/bench/kb*.S) \
		   tests/bench/sort.c)
BENCH_OBJS	:= $(patsubst %,$(BUILD)/kernel/%.o,$(BENCH_SRCS))
BENCH_FILES	:= $(BENCH_DIR)/pmap386.elf $(BENCH_DIR)/plugin.so

$(BENCH_DIR)/pmap386.elf: $(filter-out $(BUILD)/kernel/tests/%,$(KERN_OBJS)) \
    $(BENCH_OBJS) $(KERN_LDS)
	@mkdir -p $(@D)
	@echo "  ld   $@"
	$(KERN_LINK)

$(BENCH_DIR)/plugin.so: tests/bench/plugin.c tests/bench/bench.mk
	@mkdir -p $(@D)
	@echo "  cc   $<"
	@gcc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -shared -fPIC \
	    -fvisibility=hidden -o $@ $<

-include $(BENCH_OBJS:.o=.d)
