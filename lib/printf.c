/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * printf.c: the one formatter of kernel and user programs.
 *
 * Conversions: d i u o x X c s p %, flags - 0 + space #, width and precision
 * (numbers or *), lengths hh h l ll z t.  No floating point.  A pointer is
 * printed as 0x and eight digits.  An unknown conversion is copied as it is.
 */
#include "libkern.h"

enum {
	F_LEFT = 1, F_ZERO = 2, F_PLUS = 4, F_SPACE = 8, F_ALT = 16,
	F_UPPER = 32, F_NEG = 64, F_PREC = 128
};

/* One conversion under way, and where its characters go. */
struct fmt {
	void		(*f_put)(int, void *);
	void		*f_arg;
	int		f_count;	/* characters put so far */
	unsigned int	f_flags;
	int		f_width;
	int		f_prec;
	int		f_long;		/* 2: long long, -1: short, -2: char */
};

static void
fmt_put(struct fmt *f, int c)
{
	f->f_put(c, f->f_arg);
	f->f_count++;
}

static void
fmt_pad(struct fmt *f, int c, int n)
{
	for (; n > 0; n--)
		fmt_put(f, c);
}

/*
 * Divide *v by base, leave the quotient there and return the remainder.
 * => sixteen bits at a time: a 64-bit division would need libgcc
 */
static unsigned int
div_small(uint64_t *v, unsigned int base)
{
	unsigned int rem = 0;
	uint64_t quot = 0;
	int shift;

	if (*v <= UINT32_MAX) {
		uint32_t low = (uint32_t)*v;

		*v = low / base;
		return (low % base);
	}
	for (shift = 48; shift >= 0; shift -= 16) {
		rem = rem << 16 | (unsigned int)(*v >> shift & 0xffff);
		quot = quot << 16 | rem / base;
		rem %= base;
	}
	*v = quot;
	return (rem);
}

static void
fmt_number(struct fmt *f, uint64_t v, unsigned int base)
{
	const char *digits = (f->f_flags & F_UPPER) != 0 ?
	    "0123456789ABCDEF" : "0123456789abcdef";
	char buf[24], prefix[3];
	int n = 0, np = 0, zeros;

	if ((f->f_flags & F_NEG) != 0)
		prefix[np++] = '-';
	else if ((f->f_flags & F_PLUS) != 0)
		prefix[np++] = '+';
	else if ((f->f_flags & F_SPACE) != 0)
		prefix[np++] = ' ';
	if ((f->f_flags & F_ALT) != 0 && base == 16 && v != 0) {
		prefix[np++] = '0';
		prefix[np++] = (f->f_flags & F_UPPER) != 0 ? 'X' : 'x';
	}
	do
		buf[n++] = digits[div_small(&v, base)];
	while (v != 0);
	if ((f->f_flags & F_PREC) != 0)
		zeros = f->f_prec - n;
	else if ((f->f_flags & (F_ZERO | F_LEFT)) == F_ZERO)
		zeros = f->f_width - np - n;
	else
		zeros = 0;
	if (zeros < 0)
		zeros = 0;
	if ((f->f_flags & F_LEFT) == 0)
		fmt_pad(f, ' ', f->f_width - np - n - zeros);
	for (int i = 0; i < np; i++)
		fmt_put(f, prefix[i]);
	fmt_pad(f, '0', zeros);
	for (int i = n; i > 0; i--)
		fmt_put(f, buf[i - 1]);
	if ((f->f_flags & F_LEFT) != 0)
		fmt_pad(f, ' ', f->f_width - np - n - zeros);
}

static void
fmt_string(struct fmt *f, const char *s)
{
	size_t max = (f->f_flags & F_PREC) != 0 ? (size_t)f->f_prec : SIZE_MAX;
	int n;

	if (s == NULL)
		s = "(null)";
	n = (int)strnlen(s, max);
	if ((f->f_flags & F_LEFT) == 0)
		fmt_pad(f, ' ', f->f_width - n);
	for (int i = 0; i < n; i++)
		fmt_put(f, s[i]);
	if ((f->f_flags & F_LEFT) != 0)
		fmt_pad(f, ' ', f->f_width - n);
}

static const char *
parse_number(const char *p, int *value)
{
	for (*value = 0; *p >= '0' && *p <= '9'; p++)
		*value = *value * 10 + (*p - '0');
	return (p);
}

static const char *
parse_flags(struct fmt *f, const char *p)
{
	static const char letters[] = "-0+ #";
	const char *at;

	f->f_flags = 0;
	for (; *p != '\0' && (at = strchr(letters, *p)) != NULL; p++)
		f->f_flags |= 1u << (at - letters);
	return (p);
}

static const char *
parse_length(struct fmt *f, const char *p)
{
	f->f_long = 0;
	for (; *p == 'l' || *p == 'h' || *p == 'z' || *p == 't'; p++) {
		if (*p == 'l')
			f->f_long++;
		else if (*p == 'h')
			f->f_long--;
	}
	return (p);
}

static uint64_t
fmt_unsigned(const struct fmt *f, va_list *ap)
{
	unsigned int v;

	if (f->f_long >= 2)
		return (va_arg(*ap, unsigned long long));
	v = va_arg(*ap, unsigned int);
	if (f->f_long == -1)
		return (v & 0xffff);
	if (f->f_long <= -2)
		return (v & 0xff);
	return (v);
}

static uint64_t
fmt_signed(struct fmt *f, va_list *ap)
{
	long long v;

	if (f->f_long >= 2)
		v = va_arg(*ap, long long);
	else
		v = va_arg(*ap, int);
	if (f->f_long == -1)
		v = (short)v;
	else if (f->f_long <= -2)
		v = (signed char)v;
	if (v >= 0)
		return ((uint64_t)v);
	f->f_flags |= F_NEG;
	return (0 - (uint64_t)v);
}

/* Carry out the conversion named by c.  => false if c names none */
static int
fmt_convert(struct fmt *f, int c, va_list *ap)
{
	char one[2] = { 0, 0 };

	switch (c) {
	case 'd':
	case 'i':
		fmt_number(f, fmt_signed(f, ap), 10);
		return (1);
	case 'u':
		fmt_number(f, fmt_unsigned(f, ap), 10);
		return (1);
	case 'o':
		fmt_number(f, fmt_unsigned(f, ap), 8);
		return (1);
	case 'X':
		f->f_flags |= F_UPPER;
		/* FALLTHROUGH */
	case 'x':
		fmt_number(f, fmt_unsigned(f, ap), 16);
		return (1);
	case 'p':
		fmt_put(f, '0');
		fmt_put(f, 'x');
		f->f_flags = F_PREC;
		f->f_prec = 8;
		fmt_number(f, (uintptr_t)va_arg(*ap, void *), 16);
		return (1);
	case 's':
		fmt_string(f, va_arg(*ap, const char *));
		return (1);
	case 'c':
		one[0] = (char)va_arg(*ap, int);
		f->f_flags |= F_PREC;
		f->f_prec = 1;
		if (one[0] != '\0')
			fmt_string(f, one);
		else
			fmt_put(f, 0);
		return (1);
	default:
		return (0);
	}
}

/*
 * Format fmt and its arguments, handing each character to put(c, arg).
 * => returns the number of characters; writes no final NUL
 */
int
kvprintf(void (*put)(int, void *), void *arg, const char *fmt, va_list ap0)
{
	struct fmt f = { .f_put = put, .f_arg = arg };
	const char *p, *start;
	va_list ap;

	va_copy(ap, ap0);
	for (p = fmt; *p != '\0'; p++) {
		if (*p != '%' || p[1] == '%') {
			fmt_put(&f, *p);
			p += *p == '%';
			continue;
		}
		start = p;
		p = parse_flags(&f, p + 1);
		if (*p == '*') {
			f.f_width = va_arg(ap, int);
			p++;
		} else
			p = parse_number(p, &f.f_width);
		if (f.f_width < 0) {
			f.f_flags |= F_LEFT;
			f.f_width = -f.f_width;
		}
		if (*p == '.' && p[1] == '*') {
			f.f_prec = va_arg(ap, int);
			f.f_flags |= f.f_prec >= 0 ? F_PREC : 0;
			p += 2;
		} else if (*p == '.') {
			f.f_flags |= F_PREC;
			p = parse_number(p + 1, &f.f_prec);
		}
		p = parse_length(&f, p);
		if (fmt_convert(&f, *p, &ap))
			continue;
		for (; start < p; start++)
			fmt_put(&f, *start);
		if (*p == '\0')
			break;
		fmt_put(&f, *p);
	}
	va_end(ap);
	return (f.f_count);
}

struct strbuf {
	char	*sb_next;
	size_t	sb_left;	/* room, the final NUL included */
};

static void
strbuf_put(int c, void *arg)
{
	struct strbuf *sb = arg;

	if (sb->sb_left > 1) {
		*sb->sb_next++ = (char)c;
		sb->sb_left--;
	}
}

/*
 * Format into buf, at most size bytes with the final NUL.
 * => returns the length that the whole text would have
 */
int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct strbuf sb = { buf, size };
	int n;

	n = kvprintf(strbuf_put, &sb, fmt, ap);
	if (size > 0)
		*sb.sb_next = '\0';
	return (n);
}

/* As vsnprintf, with the arguments listed. */
int
snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return (n);
}
