# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pmap386 authors
#
# lib.mk: the sources that the kernel and the user programs share.

LIB_SRCS := lib/printf.c lib/string.c lib/checksum.c lib/random.c lib/copy.S
