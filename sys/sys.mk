# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
#
# sys.mk: the kernel: build/pmap386.elf from the module, lib/, sys/** and the
# tests that run inside it.

KERN_CC		?= gcc
KERN_CCINC	:= $(shell $(KERN_CC) -m32 -print-file-name=include)
KERN_INC	:= -I. -Isys -Isys/i386 -Ilib -isystem $(KERN_CCINC)
KERN_OPT	?=
KERN_CFLAGS	:= -m32 -march=i486 -std=c11 -ffreestanding -nostdinc -O2 -g \
		   -fno-pic -fno-pie -mno-sse -mno-mmx -mno-80387 \
		   -fno-stack-protector -fno-asynchronous-unwind-tables \
		   -fno-strict-aliasing -fno-common -fcf-protection=none \
		   -Wall -Wextra -Wshadow -Wstrict-prototypes \
		   -Wmissing-prototypes -D_KERNEL $(KERN_OPT) $(KERN_INC)
KERN_MODFLAGS	:= -Wconversion
KERN_ASFLAGS	:= -m32 -march=i486 -g -fno-pic -D_KERNEL $(KERN_INC)

include lib/lib.mk

KERN_MODULE	:= $(sort $(wildcard pmap*.c pv.c ptp.c))
KERN_SRCS	:= $(KERN_MODULE) \
		   $(sort $(wildcard sys/kern/*.c sys/vm/*.c sys/i386/*.c \
		       sys/i386/*.S tests/kern/*.c)) \
		   $(LIB_SRCS)
KERN_OBJS	:= $(patsubst %,$(BUILD)/kernel/%.o,$(KERN_SRCS))
KERN_LDS	:= sys/i386/kernel.ld

# Objects depend on the flags, so that a change of options compiles anew.
KERN_FLAGSFILE	:= $(BUILD)/kernel/flags
KERN_FLAGSTEXT	:= $(KERN_CC) $(KERN_CFLAGS)
$(KERN_FLAGSFILE): FORCE-kern
	@mkdir -p $(@D)
	@echo '$(KERN_FLAGSTEXT)' | cmp -s - $@ || \
	    echo '$(KERN_FLAGSTEXT)' > $@

.PHONY: FORCE-kern
FORCE-kern:

$(patsubst %,$(BUILD)/kernel/%.o,$(KERN_MODULE)): KERN_CFLAGS += \
	$(KERN_MODFLAGS)

$(BUILD)/kernel/%.c.o: %.c $(KERN_FLAGSFILE)
	@mkdir -p $(@D)
	@echo "  cc   $<"
	@$(KERN_CC) $(KERN_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/kernel/%.S.o: %.S $(KERN_FLAGSFILE)
	@mkdir -p $(@D)
	@echo "  as   $<"
	@$(KERN_CC) $(KERN_ASFLAGS) -MMD -MP -c -o $@ $<

KERN_LINK	= @$(KERN_CC) -m32 -nostdlib -static -Wl,--build-id=none \
		  -Wl,-z,noexecstack -Wl,-z,max-page-size=4096 \
		  -T $(KERN_LDS) -o $@ $(filter %.o,$^)

$(BUILD)/pmap386.elf: $(KERN_OBJS) $(KERN_LDS)
	@echo "  ld   $@"
	$(KERN_LINK)

-include $(KERN_OBJS:.o=.d)
