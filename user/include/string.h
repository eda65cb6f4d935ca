/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * string.h: strings, blocks of memory, and the text of an error number.
 */
#ifndef _STRING_H_
#define _STRING_H_

#include <libkern.h>

const char *strerror(int);

#endif /* _STRING_H_ */
