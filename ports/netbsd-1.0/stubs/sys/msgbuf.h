/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

#ifndef _STUB_SYS_MSGBUF_H_
#define _STUB_SYS_MSGBUF_H_

struct msgbuf {
	char	msg_page[4096];
};

extern struct msgbuf *msgbufp;

#endif /* _STUB_SYS_MSGBUF_H_ */
