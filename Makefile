# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
#
# Targets only.  What is compiled, and how, stands in the three fragments;
# everything that is made goes to build/.

.DEFAULT_GOAL	:= help
.DELETE_ON_ERROR:
MAKEFLAGS	+= --no-print-directory
BUILD		:= build
PYTHON		:= python3
MUTANTS		:= 120
JOBS		:= $(shell nproc 2>/dev/null || echo 2)

# make run MEM=8 and the like: the runner reads these from its environment.
export MEM SWAP CPU SEED DURATION INJECT POLICY NORETEST N PAGES LIMIT
export OPS OPS_ASAN MODEL_SECONDS JOBS FUZZ_SECONDS FUZZ_RUNS MERGE STEPS SOAK

-include sys/sys.mk
-include user/user.mk
-include tests/host/host.mk
-include tests/model/model.mk
-include tests/bench/bench.mk

.PHONY: help deps kernel image all run shell gdb crash test lint seeds \
	check check-arena check-stall check-busy check-cases soak check-args \
	check-failures check-nomem \
	check-ports planted check-docs check-clean clean layout mutants mutants-all \
	defects coverage bench bench-again bench-check bench-write

help:
	@echo "make run          the main job: all stressors under memory pressure"
	@echo "make check        what one runs after each edit: a minute"
	@echo "make test         every test; ends with 'N passed, N failed'"
	@echo "make shell        boot to a shell on this terminal"
	@echo "make gdb          boot stopped, with gdb attached and symbols"
	@echo "make crash        boot with the 1997 defect planted"
	@echo "make all          compile both of these:"
	@echo "make kernel       compile the kernel: build/pmap386.elf"
	@echo "make image        compile the programs: build/root.img"
	@echo "make layout       the kernel's address space, from a real boot"
	@echo "make lint         layering, sizes, style"
	@echo "make unit         the module on the software MMU: unit-plain,"
	@echo "                  unit-asan, unit-ports, unit-bare, or one"
	@echo "make check-physmem  memory maps of boot loaders that overlap"
	@echo "make check-args   every call with every bad argument, as pmap(9) says"
	@echo "make check-model  random operations against a plain model, for"
	@echo "                  MODEL_SECONDS=120; OPS=, OPS_ASAN= and SEED= say how"
	@echo "                  many instead, and which"
	@echo "make fuzz         libFuzzer over the same operations, FUZZ_SECONDS=120"
	@echo "                  or so many runs, FUZZ_RUNS="
	@echo "make check-failures  known failures of other pmaps, R1 to R30"
	@echo "make check-closure  all states of small worlds, by the real code"
	@echo "make soak-closure   the same of larger ones, DURATION=3600 seconds"
	@echo "make soak         the full sizes of all; STEPS= names some; hours"
	@echo "make check-busy   check, run and test beside eight busy loops, and"
	@echo "                  a guest that hangs"
	@echo "make check-ports  the ports to other kernels compile, and fit their"
	@echo "                  symbols; none of those kernels is needed"
	@echo "make check-arena  loads that take all page tables, with a heartbeat"
	@echo "make check-stall  large calls: does one keep everybody else waiting?"
	@echo "make check-cases  what a user could do to others, case by case; SOAK=1"
	@echo "                  those too that want 300 MB"
	@echo "make bench        instructions of each operation; bench-again: twice,"
	@echo "                  which must agree; bench-check: compared with"
	@echo "                  doc/performance.md; bench-write: put there"
	@echo "make check-nomem  scenarios in which each allocation fails in turn"
	@echo "make seeds        the main job with N seeds: N=10 MEM=8"
	@echo "make planted      three defects put in; each must be caught"
	@echo "make mutants      the module changed in one place, $(MUTANTS) times;"
	@echo "                  the tests must see it; first 'make defects'"
	@echo "make mutants-all  every such change; slow"
	@echo "make defects      the failures of other pmaps put in, each of"
	@echo "                  which two methods must catch"
	@echo "make coverage     branches and lines of the module under test"
	@echo "make check-docs   run every command that README.md gives"
	@echo "make check-clean  README's two commands in a fresh chroot"
	@echo "make deps         install what 'make run' needs"
	@echo "make clean        remove build/"
	@echo
	@echo "Options of run, crash, shell, gdb and seeds, with their defaults:"
	@echo "  MEM=16     RAM in MB, 4 to 1024"
	@echo "  SWAP=64    swap disk in MB, 0 for no disk"
	@echo "  CPU=pentium3   486, pentium, pentium3 or another model of QEMU"
	@echo "  SEED=n     repeat the choices of a run; printed by each run"
	@echo "  DURATION=s let the stressors run for that many seconds"
	@echo "  INJECT=swapflip   flip a byte of a page in swap: must be found"
	@echo "  INJECT=hang       let the guest hang (hangspin, hangsleep): must be told"
	@echo "  POLICY=panic      what a broken invariant does: panic, isolate"
	@echo "  PAGES=20000  pages that must go out and come in"
	@echo "  LIMIT=s      give up after so many seconds; by itself a run is"
	@echo "               given up after 60 without progress"
	@echo "  NORETEST=1 the pagedaemon does not test the modify bit again"

deps:
	@tools/deps run

kernel: $(BUILD)/pmap386.elf
image: $(BUILD)/root.img
all: kernel image

# The tools must be there before anything is compiled, so make runs twice.
run shell gdb crash layout:
	@tools/deps $(if $(filter gdb,$@),gdb,run)
	@$(PYTHON) tools/run.py options
	@echo "compiling the kernel and the programs"
	@$(MAKE) -s -j$(JOBS) all
	@$(PYTHON) tools/run.py $(if $(filter run,$@),pressure,$@)

seeds:
	@tools/deps run
	@$(MAKE) -s -j$(JOBS) all
	@$(PYTHON) tools/seeds

# What cannot be installed fails in the tests that need it, by name.
test:
	@tools/deps test || true
	@$(PYTHON) tools/test

# What one runs after each edit.
check:
	@tools/deps test || true
	@$(PYTHON) tools/test -c

# The full sizes: hours.
soak:
	@tools/deps test || true
	@$(PYTHON) tools/test -s $(STEPS)

check-arena: all
	@$(PYTHON) tools/check-arena

check-stall: all
	@$(PYTHON) tools/check-stall

check-cases: all $(HT_DIR)/plain/unit $(HT_DIR)/physmem
	@$(PYTHON) tools/check-cases

check-busy:
	@tools/deps test
	@$(PYTHON) tools/check-busy

planted:
	@tools/deps test
	@$(PYTHON) tools/planted

# The defects decide too; the mutants' line is the last.
mutants:
	@tools/deps test
	@ok=true; $(PYTHON) tools/caught || ok=false; \
	    $(PYTHON) tools/mutants -n $(MUTANTS) && $$ok

mutants-all:
	@tools/deps test
	@$(PYTHON) tools/mutants -a -d

defects:
	@tools/deps test
	@$(PYTHON) tools/caught

# What each operation takes; the figures that stand in doc/performance.md.
bench bench-again bench-check bench-write:
	@tools/deps test
	@$(MAKE) -s -j$(JOBS) all $(BENCH_FILES)
	@$(PYTHON) tools/bench $(patsubst -%,%,$(@:bench%=%))

coverage:
	@tools/deps test
	@$(PYTHON) tools/coverage

check-args: $(HT_VARIANTS:%=$(HT_DIR)/%/args)
	@$(PYTHON) tools/check-args

check-failures:
	@$(PYTHON) tools/check-failures
check-nomem: $(HT_VARIANTS:%=$(HT_DIR)/%/nomem)
	@tools/nomem $(HT_DIR) $(HT_VARIANTS)

check-ports:
	@$(PYTHON) tools/check-ports

check-docs:
	@$(PYTHON) tools/check-docs

check-clean:
	@tools/check-clean

clean:
	rm -rf $(BUILD)
