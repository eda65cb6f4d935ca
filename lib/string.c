/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * string.c: strings and blocks of memory, with the meanings of ISO C and BSD.
 */
#include "libkern.h"

int
memcmp(const void *a, const void *b, size_t len)
{
	const unsigned char *p = a, *q = b;

	for (; len > 0; p++, q++, len--)
		if (*p != *q)
			return (*p - *q);
	return (0);
}

void *
memchr(const void *a, int c, size_t len)
{
	const unsigned char *p = a;

	for (; len > 0; p++, len--)
		if (*p == (unsigned char)c)
			return ((void *)(uintptr_t)p);
	return (NULL);
}

void
bcopy(const void *src, void *dst, size_t len)
{
	memmove(dst, src, len);
}

void
bzero(void *dst, size_t len)
{
	memset(dst, 0, len);
}

int
bcmp(const void *a, const void *b, size_t len)
{
	return (memcmp(a, b, len) != 0);
}

size_t
strlen(const char *s)
{
	const char *p = s;

	while (*p != '\0')
		p++;
	return ((size_t)(p - s));
}

size_t
strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n] != '\0')
		n++;
	return (n);
}

int
strcmp(const char *a, const char *b)
{
	for (; *a != '\0' && *a == *b; a++)
		b++;
	return ((unsigned char)*a - (unsigned char)*b);
}

int
strncmp(const char *a, const char *b, size_t n)
{
	for (; n > 0; a++, b++, n--) {
		if (*a != *b)
			return ((unsigned char)*a - (unsigned char)*b);
		if (*a == '\0')
			break;
	}
	return (0);
}

char *
strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (*s == '\0')
			return (NULL);
	return ((char *)(uintptr_t)s);
}

char *
strrchr(const char *s, int c)
{
	const char *found = NULL;

	do
		if (*s == (char)c)
			found = s;
	while (*s++ != '\0');
	return ((char *)(uintptr_t)found);
}

char *
strstr(const char *s, const char *what)
{
	size_t n = strlen(what);

	for (;; s++) {
		if (strncmp(s, what, n) == 0)
			return ((char *)(uintptr_t)s);
		if (*s == '\0')
			return (NULL);
	}
}

/*
 * Copy src to dst, of which size bytes may be written.
 * => dst ends in NUL unless size is 0; returns the length of src
 */
size_t
strlcpy(char *dst, const char *src, size_t size)
{
	size_t len = strlen(src), n;

	if (size > 0) {
		n = len < size ? len : size - 1;
		memcpy(dst, src, n);
		dst[n] = '\0';
	}
	return (len);
}

/*
 * Append src to dst, whose buffer has size bytes.
 * => returns the length that the result would have
 */
size_t
strlcat(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(dst, size);

	return (n + strlcpy(dst + n, src, size - n));
}

static unsigned int
digit_value(int c)
{
	if (c >= '0' && c <= '9')
		return ((unsigned int)(c - '0'));
	if (c >= 'a' && c <= 'z')
		return ((unsigned int)(c - 'a' + 10));
	if (c >= 'A' && c <= 'Z')
		return ((unsigned int)(c - 'A' + 10));
	return (99);
}

/*
 * The number at the start of s, in the given base; base 0 reads 0x and 0.
 * => wraps on overflow; *end (if wanted) is s when there is no number
 */
unsigned long
strtoul(const char *s, char **end, int base)
{
	const char *p = s, *first;
	unsigned long v = 0;
	unsigned int d;
	int neg;

	while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
		p++;
	neg = *p == '-';
	if (*p == '-' || *p == '+')
		p++;
	if ((base == 0 || base == 16) && *p == '0' &&
	    (p[1] == 'x' || p[1] == 'X') && digit_value(p[2]) < 16) {
		p += 2;
		base = 16;
	}
	if (base == 0)
		base = *p == '0' ? 8 : 10;
	for (first = p; (d = digit_value(*p)) < (unsigned int)base; p++)
		v = v * (unsigned long)base + d;
	if (end != NULL)
		*end = (char *)(uintptr_t)(p == first ? s : p);
	return (neg ? 0 - v : v);
}

/* As strtoul, for signed numbers. */
long
strtol(const char *s, char **end, int base)
{
	return ((long)strtoul(s, end, base));
}
