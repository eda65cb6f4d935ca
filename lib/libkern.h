/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * libkern.h: what the kernel and the user programs share.
 *
 * Formatting, strings, a checksum over memory, a pseudo-random generator.
 * One source, compiled once for each side.  Nothing here sleeps, allocates
 * or keeps state of its own.
 */
#ifndef _LIB_LIBKERN_H_
#define _LIB_LIBKERN_H_

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* printf.c */
int	kvprintf(void (*)(int, void *), void *, const char *, va_list);
int	vsnprintf(char *, size_t, const char *, va_list)
	    __attribute__((format(printf, 3, 0)));
int	snprintf(char *, size_t, const char *, ...)
	    __attribute__((format(printf, 3, 4)));

/* copy.S */
void	*memcpy(void *, const void *, size_t);
void	*memmove(void *, const void *, size_t);
void	*memset(void *, int, size_t);

/* string.c */
int	memcmp(const void *, const void *, size_t);
void	*memchr(const void *, int, size_t);
void	bcopy(const void *, void *, size_t);
void	bzero(void *, size_t);
int	bcmp(const void *, const void *, size_t);
size_t	strlen(const char *);
size_t	strnlen(const char *, size_t);
int	strcmp(const char *, const char *);
int	strncmp(const char *, const char *, size_t);
char	*strchr(const char *, int);
char	*strrchr(const char *, int);
char	*strstr(const char *, const char *);
size_t	strlcpy(char *, const char *, size_t);
size_t	strlcat(char *, const char *, size_t);
unsigned long strtoul(const char *, char **, int);
long	strtol(const char *, char **, int);

/* checksum.c */
#define CHECKSUM_START	0x811c9dc5u	/* first value of a checksum */
uint32_t checksum(uint32_t, const void *, size_t);

/* random.c */
struct prng {
	uint32_t	pr_state;
};
void	prng_seed(struct prng *, uint32_t);
uint32_t prng_next(struct prng *);
uint32_t prng_below(struct prng *, uint32_t);

#endif /* _LIB_LIBKERN_H_ */
