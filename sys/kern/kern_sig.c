/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The pmap386 authors */

/*
 * kern_sig.c: signals.
 *
 * psignal notes a signal and wakes whom it must; the process itself takes it
 * on its way to user mode, or when it would sleep interruptibly (issignal),
 * and acts on it (postsig).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/user.h>
#include <sys/syscallargs.h>
#include <sys/wait.h>

/* What a signal does by default. */
#define SA_KILL		0x01
#define SA_STOP		0x02
#define SA_TTYSTOP	0x04
#define SA_IGNORE	0x08
#define SA_CONT		0x10

static const u_char sigprop[NSIG] = {
	[SIGHUP] = SA_KILL, [SIGINT] = SA_KILL, [SIGQUIT] = SA_KILL,
	[SIGILL] = SA_KILL, [SIGTRAP] = SA_KILL, [SIGABRT] = SA_KILL,
	[SIGEMT] = SA_KILL, [SIGFPE] = SA_KILL, [SIGKILL] = SA_KILL,
	[SIGBUS] = SA_KILL, [SIGSEGV] = SA_KILL, [SIGSYS] = SA_KILL,
	[SIGPIPE] = SA_KILL, [SIGALRM] = SA_KILL, [SIGTERM] = SA_KILL,
	[SIGURG] = SA_IGNORE, [SIGSTOP] = SA_STOP,
	[SIGTSTP] = SA_STOP | SA_TTYSTOP, [SIGCONT] = SA_IGNORE | SA_CONT,
	[SIGCHLD] = SA_IGNORE, [SIGTTIN] = SA_STOP | SA_TTYSTOP,
	[SIGTTOU] = SA_STOP | SA_TTYSTOP, [SIGIO] = SA_IGNORE,
	[SIGXCPU] = SA_KILL, [SIGXFSZ] = SA_KILL, [SIGVTALRM] = SA_KILL,
	[SIGPROF] = SA_KILL, [SIGWINCH] = SA_IGNORE, [SIGINFO] = SA_IGNORE,
	[SIGUSR1] = SA_KILL, [SIGUSR2] = SA_KILL,
};

#define stopsigmask	(sigmask(SIGSTOP) | sigmask(SIGTSTP) |		\
			    sigmask(SIGTTIN) | sigmask(SIGTTOU))
#define contsigmask	sigmask(SIGCONT)

/*
 * The first process: everything by default.
 */
void
siginit(struct proc *p)
{
	int sig;

	p->p_sigignore = 0;
	for (sig = 1; sig < NSIG; sig++)
		if (sigprop[sig] & SA_IGNORE && sig != SIGCONT)
			p->p_sigignore |= sigmask(sig);
}

static void
setsigact(struct proc *p, int sig, const struct sigaction *sa)
{
	struct sigacts *ps = p->p_sigacts;
	sigset_t bit = sigmask(sig);
	int s = splhigh();

	ps->ps_sigact[sig] = sa->sa_handler;
	ps->ps_catchmask[sig] = sa->sa_mask & ~sigcantmask;
	if (sa->sa_flags & SA_RESTART)
		ps->ps_sigintr &= ~bit;
	else
		ps->ps_sigintr |= bit;
	if (sig == SIGCHLD) {
		ps->ps_flags &= ~SAS_NOCLDSTOP;
		if (sa->sa_flags & SA_NOCLDSTOP)
			ps->ps_flags |= SAS_NOCLDSTOP;
	}
	p->p_sigignore &= ~bit;
	p->p_sigcatch &= ~bit;
	if (sa->sa_handler == SIG_IGN || (sa->sa_handler == SIG_DFL &&
	    sigprop[sig] & SA_IGNORE)) {
		p->p_siglist &= ~bit;
		if (sig != SIGCONT)
			p->p_sigignore |= bit;
	} else if (sa->sa_handler != SIG_DFL)
		p->p_sigcatch |= bit;
	splx(s);
}

int
sys_sigaction(struct proc *p, void *v, register_t *retval)
{
	struct sys_sigaction_args *uap = v;
	struct sigacts *ps = p->p_sigacts;
	struct sigaction sa;
	sigset_t bit;
	int error, sig = uap->signum;

	(void)retval;
	if (sig <= 0 || sig >= NSIG)
		return (EINVAL);
	if (uap->nsa != NULL && (sig == SIGKILL || sig == SIGSTOP))
		return (EINVAL);
	bit = sigmask(sig);
	if (uap->osa != NULL) {
		sa.sa_handler = ps->ps_sigact[sig];
		sa.sa_mask = ps->ps_catchmask[sig];
		sa.sa_flags = (ps->ps_sigintr & bit) ? 0 : SA_RESTART;
		if (sig == SIGCHLD && ps->ps_flags & SAS_NOCLDSTOP)
			sa.sa_flags |= SA_NOCLDSTOP;
		error = copyout(&sa, uap->osa, sizeof(sa));
		if (error != 0)
			return (error);
	}
	if (uap->nsa != NULL) {
		error = copyin(uap->nsa, &sa, sizeof(sa));
		if (error != 0)
			return (error);
		setsigact(p, sig, &sa);
	}
	return (0);
}

/*
 * A new program: what was caught is back to the default.
 */
void
execsigs(struct proc *p)
{
	struct sigacts *ps = p->p_sigacts;
	static const struct sigaction dfl = { SIG_DFL, 0, SA_RESTART };
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		if (p->p_sigcatch & sigmask(sig))
			setsigact(p, sig, &dfl);
	ps->ps_flags = 0;
}

int
sys_sigprocmask(struct proc *p, void *v, register_t *retval)
{
	struct sys_sigprocmask_args *uap = v;
	sigset_t set, old = p->p_sigmask;
	int error;

	(void)retval;
	if (uap->set != NULL) {
		error = copyin(uap->set, &set, sizeof(set));
		if (error != 0)
			return (error);
		switch (uap->how) {
		case SIG_BLOCK:
			p->p_sigmask |= set & ~sigcantmask;
			break;
		case SIG_UNBLOCK:
			p->p_sigmask &= ~set;
			break;
		case SIG_SETMASK:
			p->p_sigmask = set & ~sigcantmask;
			break;
		default:
			return (EINVAL);
		}
	}
	if (uap->oset != NULL)
		return (copyout(&old, uap->oset, sizeof(old)));
	return (0);
}

/*
 * Wait for a signal with another mask; the old one is back after the
 * handler.
 */
int
sys_sigsuspend(struct proc *p, void *v, register_t *retval)
{
	struct sys_sigsuspend_args *uap = v;
	struct sigacts *ps = p->p_sigacts;
	sigset_t mask;
	int error;

	(void)retval;
	error = copyin(uap->mask, &mask, sizeof(mask));
	if (error != 0)
		return (error);
	ps->ps_oldmask = p->p_sigmask;
	ps->ps_flags |= SAS_OLDMASK;
	p->p_sigmask = mask & ~sigcantmask;
	while (tsleep(ps, PPAUSE | PCATCH, "pause", 0) == 0)
		continue;
	return (EINTR);
}

int
sys_sigreturn(struct proc *p, void *v, register_t *retval)
{
	struct sys_sigreturn_args *uap = v;

	(void)retval;
	return (cpu_sigreturn(p, uap->sigcntxp));
}

/*
 * => pid 0: the caller; -1: all but init, the kernel's and the caller;
 *    there are no process groups
 */
int
sys_kill(struct proc *p, void *v, register_t *retval)
{
	struct sys_kill_args *uap = v;
	struct proc *q, *next;
	int sig = uap->signum;

	(void)retval;
	if (sig < 0 || sig >= NSIG)
		return (EINVAL);
	if (uap->pid == -1) {
		for (q = LIST_FIRST(&allproc); q != NULL; q = next) {
			next = LIST_NEXT(q, p_list);
			if (q != p && q != initproc && sig != 0 &&
			    (q->p_flag & P_SYSTEM) == 0)
				psignal(q, sig);
		}
		return (0);
	}
	q = uap->pid == 0 ? p : pfind(uap->pid);
	if (q == NULL || uap->pid < -1)
		return (ESRCH);
	if (q->p_flag & P_SYSTEM || (q == initproc && sig != 0 && q != p &&
	    (q->p_sigcatch & sigmask(sig)) == 0))
		return (EPERM);
	if (sig != 0)
		psignal(q, sig);
	return (0);
}

/*
 * p itself caused the signal: it is taken at once, or kills p if it is
 * blocked or ignored, for otherwise p would trap again for ever.
 */
void
trapsignal(struct proc *p, int sig, u_int code)
{
	struct sigacts *ps = p->p_sigacts;
	sigset_t bit = sigmask(sig), mask = p->p_sigmask;

	ps->ps_code = code;
	if ((p->p_sigcatch & bit) != 0 && (mask & bit) == 0) {
		p->p_stats->p_ru.ru_nsignals++;
		p->p_sigmask |= ps->ps_catchmask[sig] | bit;
		sendsig(ps->ps_sigact[sig], sig, mask, code);
		return;
	}
	if (((mask | p->p_sigignore) & bit) != 0)
		sigexit(p, sig);
	psignal(p, sig);
}

static void
stop(struct proc *p, int sig)
{
	p->p_xstat = sig;
	p->p_stat = SSTOP;
	p->p_flag &= ~P_WAITED;
	if ((p->p_pptr->p_sigacts->ps_flags & SAS_NOCLDSTOP) == 0)
		psignal(p->p_pptr, SIGCHLD);
	wakeup(p->p_pptr);
}

/*
 * A stopped process gets a signal that is not ignored.
 *
 * => SIGCONT that it takes a handler for ends its sleep, if it is in one: it
 *    stops in none but those that a signal may end
 */
static void
psignal_stopped(struct proc *p, int sig)
{
	sigset_t taken = p->p_sigcatch & ~p->p_sigmask & sigmask(sig);

	if (sig == SIGKILL || (sigprop[sig] & SA_CONT &&
	    (p->p_wchan == NULL || taken != 0)))
		setrunnable(p);
	else if (sigprop[sig] & SA_CONT)
		p->p_stat = SSLEEP;
	else if (sigprop[sig] & SA_STOP)
		p->p_siglist &= ~sigmask(sig);
	else if (p->p_wchan != NULL && p->p_flag & P_SINTR)
		unsleep(p);
}

/* A sleeping process gets a signal that it does not block. */
static void
psignal_asleep(struct proc *p, int sig)
{
	if ((p->p_flag & P_SINTR) == 0)
		return;
	if ((p->p_sigcatch & sigmask(sig)) == 0) {
		if (sigprop[sig] & SA_CONT) {
			p->p_siglist &= ~sigmask(sig);
			return;
		}
		if (sigprop[sig] & SA_STOP) {
			if (p->p_flag & P_PPWAIT)
				return;
			p->p_siglist &= ~sigmask(sig);
			stop(p, sig);
			return;
		}
	}
	setrunnable(p);
}

/*
 * Send a signal to a process.  => any level; never sleeps
 */
void
psignal(struct proc *p, int sig)
{
	sigset_t bit = sigmask(sig);
	int s;

	KASSERTMSG(sig > 0 && sig < NSIG, "signal %d", sig);
	if (p->p_flag & (P_SYSTEM | P_WEXIT) || p->p_stat == SZOMB)
		return;
	if (p->p_sigignore & bit)
		return;
	s = splhigh();
	if (sigprop[sig] & SA_CONT)
		p->p_siglist &= ~stopsigmask;
	if (sigprop[sig] & SA_STOP)
		p->p_siglist &= ~contsigmask;
	p->p_siglist |= bit;
	if ((p->p_sigmask & bit) == 0 || (p->p_stat == SSTOP &&
	    sigprop[sig] & SA_CONT)) {
		if (p->p_stat == SSTOP)
			psignal_stopped(p, sig);
		else if (p->p_stat == SSLEEP)
			psignal_asleep(p, sig);
		else
			signotify(p);
	}
	splx(s);
}

/*
 * The next signal that curproc must act on, 0 if there is none.
 *
 * => ignored ones are dropped, stops happen here
 */
int
issignal(struct proc *p)
{
	sigset_t mask;
	int sig, s;

	for (;;) {
		mask = p->p_siglist & ~p->p_sigmask;
		if (p->p_flag & P_PPWAIT)
			mask &= ~stopsigmask;
		if (mask == 0)
			return (0);
		sig = (mask & sigmask(SIGKILL)) ? SIGKILL :
		    __builtin_ctz(mask) + 1;
		if (p->p_sigcatch & sigmask(sig))
			return (sig);
		if ((p->p_sigignore & sigmask(sig)) == 0) {
			if (sigprop[sig] & SA_KILL)
				return (sig);
			if (sigprop[sig] & SA_STOP) {
				s = splhigh();
				p->p_siglist &= ~sigmask(sig);
				if (p->p_wchan != NULL)
					unsleep(p);
				stop(p, sig);
				mi_switch();
				splx(s);
				continue;
			}
		}
		p->p_siglist &= ~sigmask(sig);
	}
}

/*
 * Act on a signal that issignal returned: kill p or call its handler.
 */
void
postsig(int sig)
{
	struct proc *p = curproc;
	struct sigacts *ps = p->p_sigacts;
	sigset_t bit = sigmask(sig), mask;
	int s;

	s = splhigh();
	p->p_siglist &= ~bit;
	splx(s);
	if ((p->p_sigcatch & bit) == 0)
		sigexit(p, sig);
	mask = p->p_sigmask;
	if (ps->ps_flags & SAS_OLDMASK) {
		mask = ps->ps_oldmask;
		ps->ps_flags &= ~SAS_OLDMASK;
	}
	p->p_sigmask |= ps->ps_catchmask[sig] | bit;
	p->p_stats->p_ru.ru_nsignals++;
	sendsig(ps->ps_sigact[sig], sig, mask, 0);
}

/*
 * A signal ends the process.
 */
void
sigexit(struct proc *p, int sig)
{
	exit1(p, W_EXITCODE(0, sig));
}
