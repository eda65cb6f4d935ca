# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
#
# The test bench: programs over tests/host that drive the module.  One line
# of MT_PROGRAMS and one MT_name a program; each is linked in each variant as
# $(HT_DIR)/VARIANT/name.

MT_PROGRAMS	:=
MT_PROGRAMS	+= closure
MT_closure	:= closure closure_mem closure_world closure_key closure_op \
		   closure_set closure_explore model

# One program: $(1) the variant, $(2) its name.
define MT_PROGRAM
$(HT_DIR)/$(1)/$(2): $(HT_DIR)/$(1)/module.o \
    $(HT_HOST:%=$(HT_DIR)/$(1)/%.o) $(MT_$(2):%=$(HT_DIR)/$(1)/%.o)
	$(HT_CC) -m32 -no-pie $(HT_FLAGS_$(1)) -Wl,-z,noexecstack -o $$@ $$^
endef

$(foreach v,$(HT_VARIANTS),$(foreach p,$(MT_PROGRAMS), \
    $(eval $(call MT_PROGRAM,$(v),$(p)))))

.PHONY: check-closure
check-closure: $(HT_DIR)/plain/closure
	tools/run32 $(HT_DIR)/plain/closure
