#include "trace.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A call's number is in a place of its own, its result where other values are, too. */
#if defined(__x86_64__)
static void
set_call (pid_t pid, long call)
{
  ptrace (PTRACE_POKEUSER, pid, offsetof (struct user, regs.orig_rax), call);
}

static void
set_result (pid_t pid, long result)
{
  ptrace (PTRACE_POKEUSER, pid, offsetof (struct user, regs.rax), result);
}
#define IS_KNOWN_MACHINE true
#elif defined(__aarch64__)
static void
set_call (pid_t pid, long call)
{
  int number = (int) call;
  ptrace (PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &(struct iovec) { &number, sizeof number });
}

static void
set_result (pid_t pid, long result)
{
  struct user_regs_struct registers;
  struct iovec place = { &registers, sizeof registers };
  ptrace (PTRACE_GETREGSET, pid, NT_PRSTATUS, &place);
  registers.regs[0] = (unsigned long) result;
  ptrace (PTRACE_SETREGSET, pid, NT_PRSTATUS, &place);
}
#define IS_KNOWN_MACHINE true
#else
static void
set_call (pid_t pid, long call)
{
  (void) pid, (void) call;
}

static void
set_result (pid_t pid, long result)
{
  (void) pid, (void) result;
}
#define IS_KNOWN_MACHINE false
#endif

const char *
trace_obstacle (void)
{
  if (!IS_KNOWN_MACHINE)
    return "system calls are replaced on x86-64 and arm64 alone";
  pid_t pid = process_start (&(ProcessSetup) { .folder = "/", .traced = true }, (const char *[]) { "/bin/true", NULL });
  int status = 0;
  bool stopped = waitpid (pid, &status, __WALL) == pid && WIFSTOPPED (status);
  if (stopped)
    {
      kill (pid, SIGKILL);
      waitpid (pid, NULL, __WALL);
    }
  return stopped ? NULL : "programs cannot be traced here (ptrace)";
}

typedef struct
{
  pid_t pid;
  TraceAsk ask;
  void *data;
  int calls;
  int failing; /* the errno of the call in work, 0: none */
} Trace;

/* A connection that is said to be broken is broken: no program need read from one that it could not write to. */
static void
break_connection (pid_t pid, int fd)
{
  int holder = (int) syscall (SYS_pidfd_open, pid, 0);
  int ours = holder >= 0 ? (int) syscall (SYS_pidfd_getfd, holder, fd, 0) : -1;
  if (ours >= 0)
    {
      shutdown (ours, SHUT_RDWR);
      close (ours);
    }
  if (holder >= 0)
    close (holder);
}

/* Before a call and behind it. */
static void
at_call (Trace *trace)
{
  struct __ptrace_syscall_info info;
  if (ptrace (PTRACE_GET_SYSCALL_INFO, trace->pid, sizeof info, &info) <= 0)
    return;
  if (info.op == PTRACE_SYSCALL_INFO_EXIT && trace->failing != 0)
    {
      set_result (trace->pid, -trace->failing);
      trace->failing = 0;
    }
  if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
    return;
  int answer = trace->ask (trace->data, ++trace->calls, (long) info.entry.nr);
  if (answer > 0)
    {
      trace->failing = answer;
      if (answer == EPIPE || answer == ECONNRESET)
        break_connection (trace->pid, (int) info.entry.args[0]);
      if (info.entry.nr != SYS_close) /* which lets go of its descriptor whatever it returns */
        set_call (trace->pid, -1);
    }
  else if (answer != TRACE_GO)
    kill (trace->pid, answer == TRACE_KILL ? SIGKILL : SIGTERM);
}

/* One stop of the program. */
static void
go_on (Trace *trace, int status)
{
  int signal = WSTOPSIG (status);
  if (signal == (SIGTRAP | 0x80))
    at_call (trace);
  bool is_ours = signal == (SIGTRAP | 0x80) || signal == SIGTRAP;
  ptrace (PTRACE_SYSCALL, trace->pid, NULL, (long) (is_ours ? 0 : signal));
}

/* Waits for its next stop, or its end; 0: none in 0.1 s. SIGCHLD is blocked, so that none is missed between the two calls. */
static pid_t
wait_for_stop (pid_t pid, const sigset_t *child, int *ret_status)
{
  pid_t stopped = waitpid (pid, ret_status, __WALL | WNOHANG);
  if (stopped == 0 && sigtimedwait (child, NULL, &(struct timespec) { .tv_nsec = 100000000 }) > 0)
    stopped = waitpid (pid, ret_status, __WALL | WNOHANG);
  return stopped;
}

static int
run (Trace *trace, const sigset_t *child, int64_t deadline)
{
  for (;;)
    {
      int status = 0;
      pid_t stopped = wait_for_stop (trace->pid, child, &status);
      if (stopped < 0 || (stopped > 0 && !WIFSTOPPED (status)))
        return stopped > 0 && WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
      if (stopped > 0)
        go_on (trace, status);
      else if (trace->ask (trace->data, trace->calls, TRACE_IDLE) == TRACE_STOP)
        kill (trace->pid, SIGTERM);
      if (g_get_monotonic_time () > deadline)
        {
          kill (trace->pid, SIGKILL);
          waitpid (trace->pid, NULL, __WALL);
          return -1;
        }
    }
}

int
trace_run (pid_t pid, unsigned seconds, TraceAsk ask, void *data)
{
  Trace trace = { .pid = pid, .ask = ask, .data = data };
  sigset_t child, before;
  sigemptyset (&child);
  sigaddset (&child, SIGCHLD);
  int status = 0;
  waitpid (pid, &status, __WALL); /* behind its exec */
  ptrace (PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  sigprocmask (SIG_BLOCK, &child, &before);
  ptrace (PTRACE_SYSCALL, pid, NULL, NULL);
  int code = run (&trace, &child, g_get_monotonic_time () + seconds * G_USEC_PER_SEC);
  sigprocmask (SIG_SETMASK, &before, NULL);
  return code;
}
