# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
#
# user.mk: the programs, and the root image that holds them.
#
#	build/user/NAME		a program, with symbols for gdb
#	build/root.img		the image: bin/, data/, ctl

include lib/lib.mk

USER_CC		?= gcc
USER_DIR	:= $(BUILD)/user
USER_OBJ	:= $(USER_DIR)/obj

USER_CPPFLAGS	= -nostdinc -isystem \
		  $(shell $(USER_CC) -print-file-name=include) \
		  -Iuser/include -Isys -Isys/i386 -Ilib -Itests/stress -I.
USER_CFLAGS	:= -m32 -std=c11 -ffreestanding -O2 -g -fno-pic -fno-pie \
		  -mno-sse -mno-mmx -mno-80387 -march=i486 \
		  -fno-stack-protector -fno-asynchronous-unwind-tables \
		  -fno-strict-aliasing -fno-common -ffunction-sections \
		  -Wall -Wextra -Wshadow -Wstrict-prototypes \
		  -Wmissing-prototypes
USER_LDFLAGS	:= -m32 -nostdlib -static -no-pie -Wl,--build-id=none \
		  -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack \
		  -Wl,--gc-sections -Wl,--no-warn-rwx-segments \
		  -Wl,-T,user/user.ld

USER_LIB_SRCS	:= user/lib/crt0.S user/lib/syscalls.S user/lib/setjmp.S \
		  user/lib/stdio.c user/lib/malloc.c user/lib/process.c \
		  user/lib/memory.c user/lib/strerror.c user/lib/vmfig.c \
		  $(LIB_SRCS)
USER_STRESS_SRCS := tests/stress/stress.c tests/stress/stamp.c \
		  tests/stress/plan.c

USER_BIN	:= init sh ps vmstat ls cat echo
USER_STRESS	:= hog forktree shm filemap churn wire deepstack execstorm \
		  pressure arena stall
USER_TESTS_SRCS	:= $(sort $(wildcard tests/user/*.c))
USER_BENCH_SRCS	:= tests/bench/bench.c tests/bench/sort.c
USER_PROGRAMS	:= $(USER_BIN) $(USER_STRESS) usertests bench

user_objs	= $(patsubst %,$(USER_OBJ)/%.o,$(1))
USER_LIB_OBJS	:= $(call user_objs,$(USER_LIB_SRCS))
USER_STRESS_OBJS := $(call user_objs,$(USER_STRESS_SRCS))
USER_ALL_OBJS	:= $(USER_LIB_OBJS) $(USER_STRESS_OBJS) \
		  $(call user_objs,$(USER_BIN:%=user/bin/%.c) \
		    $(USER_STRESS:%=tests/stress/%.c) $(USER_TESTS_SRCS) \
		    $(USER_BENCH_SRCS))

$(USER_OBJ)/%.c.o: %.c user/user.mk
	@mkdir -p $(@D)
	@echo "  cc   $<"
	@$(USER_CC) $(USER_CPPFLAGS) $(USER_CFLAGS) -MMD -MP -c $< -o $@

$(USER_OBJ)/%.S.o: %.S user/user.mk
	@mkdir -p $(@D)
	@echo "  cc   $<"
	@$(USER_CC) $(USER_CPPFLAGS) $(USER_CFLAGS) -MMD -MP -c $< -o $@

USER_LINK	= @echo "  ld   $@"; \
		  $(USER_CC) $(USER_LDFLAGS) $(filter %.o,$^) -o $@

$(USER_BIN:%=$(USER_DIR)/%): $(USER_DIR)/%: $(USER_OBJ)/user/bin/%.c.o \
    $(USER_LIB_OBJS) user/user.ld
	$(USER_LINK)

$(USER_STRESS:%=$(USER_DIR)/%): $(USER_DIR)/%: \
    $(USER_OBJ)/tests/stress/%.c.o $(USER_STRESS_OBJS) $(USER_LIB_OBJS) \
    user/user.ld
	$(USER_LINK)

$(USER_DIR)/usertests: $(call user_objs,$(USER_TESTS_SRCS)) \
    $(USER_STRESS_OBJS) $(USER_LIB_OBJS) user/user.ld
	$(USER_LINK)

$(USER_DIR)/bench: $(call user_objs,$(USER_BENCH_SRCS)) $(USER_LIB_OBJS) \
    user/user.ld
	$(USER_LINK)

# In the image programs have no symbols: they are paged from there.
$(USER_PROGRAMS:%=$(USER_DIR)/bin/%): $(USER_DIR)/bin/%: $(USER_DIR)/%
	@mkdir -p $(@D)
	@objcopy --strip-all $< $@

USER_IMAGE_SPECS = $(foreach p,$(USER_PROGRAMS), \
		    bin/$(p)=$(USER_DIR)/bin/$(p)) \
		  ctl@zero:4096 scratch@zero:65536 \
		  tiny@head:$(USER_DIR)/bin/echo:20 \
		  short@head:$(USER_DIR)/bin/echo:100 \
		  data/shared0@filemap:256:0x50000 \
		  data/shared1@filemap:256:0x50001 \
		  data/private@filemap:256:0x50100

$(BUILD)/root.img: $(USER_PROGRAMS:%=$(USER_DIR)/bin/%) tools/mkimg \
    user/user.mk
	@echo "  img  $@"
	@tools/mkimg create $@ $(USER_IMAGE_SPECS)

-include $(USER_ALL_OBJS:.o=.d)
