# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
#
# Test programs over tests/host that drive the module.  One line
# of MT_PROGRAMS and one MT_name a program; each is linked in each variant as
# $(HT_DIR)/VARIANT/name.

MT_PROGRAMS	:= args check_model closure nomem

# The bad arguments: pmap_bootstrap's too, which the host calls.
MT_args		:= args args_world args_life args_enter args_range args_kern \
		   args_page
MT_LDFLAGS_args	:= -Wl,--wrap=pmap_bootstrap

# Random operations against the model.
MT_WORLD	:= model world world_ops world_map world_page world_floor \
		   world_check trace
MT_check_model	:= check_model $(MT_WORLD)

# Allocations that fail.
MT_nomem	:= nomem nomem_step nomem_sync nomem_parse nomem_list model

# A small world to its fixed point.
MT_closure	:= closure closure_mem closure_world closure_key closure_op \
		   closure_set closure_explore model

# One program: $(1) the variant, $(2) its name.
define MT_PROGRAM
$(HT_DIR)/$(1)/$(2): $(HT_DIR)/$(1)/module.o \
    $(HT_HOST:%=$(HT_DIR)/$(1)/%.o) $(MT_$(2):%=$(HT_DIR)/$(1)/%.o)
	$(HT_CC) -m32 -no-pie $(HT_FLAGS_$(1)) -Wl,-z,noexecstack \
	    $(MT_LDFLAGS_$(2)) -o $$@ $$^ $(HT_LINK_$(1))
endef

$(foreach v,$(HT_VARIANTS) bare cov,$(foreach p,$(MT_PROGRAMS), \
    $(eval $(call MT_PROGRAM,$(v),$(p)))))
$(eval $(call MT_PROGRAM,quick,check_model))

# The same records from libFuzzer, by clang.
$(HT_DIR)/fuzz/fuzz: $(HT_DIR)/fuzz/module.o \
    $(HT_HOST:%=$(HT_DIR)/fuzz/%.o) $(MT_WORLD:%=$(HT_DIR)/fuzz/%.o) \
    $(HT_DIR)/fuzz/fuzz.o
	$(HT_CC_fuzz) -m32 -no-pie -fsanitize=fuzzer,address,undefined \
	    -Wl,-z,noexecstack -o $@ $^

.PHONY: check-model fuzz
fuzz: $(HT_DIR)/fuzz/fuzz
	$(PYTHON) tools/fuzz
check-model: $(HT_VARIANTS:%=$(HT_DIR)/%/check_model) \
    $(HT_DIR)/quick/check_model $(HT_DIR)/bare/check_model
	$(PYTHON) tools/check-model
.PHONY: check-closure soak-closure
check-closure: $(HT_DIR)/plain/closure
	@tools/run32 $(HT_DIR)/plain/closure
soak-closure: $(HT_DIR)/plain/closure
	@tools/run32 $(HT_DIR)/plain/closure -l -t $(or $(DURATION),3600)

# All that the steps of make test share, so that each is built once.
.PHONY: hosttests
hosttests: $(foreach v,$(HT_VARIANTS),$(HT_DIR)/$(v)/unit \
    $(MT_PROGRAMS:%=$(HT_DIR)/$(v)/%)) $(HT_DIR)/quick/check_model \
    $(HT_DIR)/bare/unit $(HT_DIR)/bare/check_model $(HT_DIR)/physmem

# And those of make check.
.PHONY: check-programs
check-programs: $(foreach v,$(HT_VARIANTS),$(HT_DIR)/$(v)/unit \
    $(HT_DIR)/$(v)/args $(HT_DIR)/$(v)/check_model) \
    $(HT_DIR)/quick/check_model $(HT_DIR)/bare/unit \
    $(HT_DIR)/bare/check_model
