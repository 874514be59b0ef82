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

/* A process. */
typedef struct
{
  pid_t pid; /* 0: it has ended */
  TraceWho who;
  int failing; /* the errno of the call in work, 0: none */
  bool is_new; /* it has not stopped yet */
} Traced;

typedef struct
{
  TraceAsk ask;
  void *data;
  int calls[N_TRACE_WHO];
  GArray *processes; /* of Traced; the program is the first */
  int code;          /* the program's end */
} Trace;

static Traced *
process_at (const Trace *trace, guint i)
{
  return &g_array_index (trace->processes, Traced, i);
}

static void
add_process (Trace *trace, pid_t pid, TraceWho who)
{
  const Traced process = { .pid = pid, .who = who, .is_new = true };
  g_array_append_val (trace->processes, process);
}

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

static void
kill_all (const Trace *trace)
{
  for (guint i = 0; i < trace->processes->len; i++)
    if (process_at (trace, i)->pid != 0)
      kill (process_at (trace, i)->pid, SIGKILL);
}

/* The call fails without being made, but for close, which lets go of its descriptor whatever it returns. */
static void
begin_failure (Traced *process, const struct __ptrace_syscall_info *info, int number)
{
  process->failing = number;
  if (number == EPIPE || number == ECONNRESET)
    break_connection (process->pid, (int) info->entry.args[0]);
  if (info->entry.nr != SYS_close)
    set_call (process->pid, -1);
}

/* Before a call and behind it. */
static void
at_call (Trace *trace, Traced *process)
{
  struct __ptrace_syscall_info info;
  if (ptrace (PTRACE_GET_SYSCALL_INFO, process->pid, sizeof info, &info) <= 0)
    return;
  if (info.op == PTRACE_SYSCALL_INFO_EXIT && process->failing != 0)
    {
      set_result (process->pid, -process->failing);
      process->failing = 0;
    }
  if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
    return;
  int answer = trace->ask (trace->data, process->who, ++trace->calls[process->who], (long) info.entry.nr);
  if (answer > 0)
    begin_failure (process, &info, answer);
  else if (answer == TRACE_KILL_ALL)
    kill_all (trace);
  else if (answer != TRACE_GO)
    kill (process->pid, answer == TRACE_KILL ? SIGKILL : SIGTERM);
}

static bool
is_connector (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/comm", pid), *name = NULL;
  return g_file_get_contents (path, &name, NULL, NULL) && g_str_has_prefix (name, "weir-connect");
}

/* It has started another, or become another program. "i": which, for the list may move. */
static void
at_event (Trace *trace, guint i, int event)
{
  unsigned long child = 0;
  Traced *process = process_at (trace, i);
  if (event == PTRACE_EVENT_EXEC && process->who != TRACE_PROGRAM)
    process->who = is_connector (process->pid) ? TRACE_CONNECTOR : TRACE_CHILD;
  else if (event != PTRACE_EVENT_EXEC && ptrace (PTRACE_GETEVENTMSG, process->pid, NULL, &child) == 0)
    add_process (trace, (pid_t) child, TRACE_CHILD);
}

/* One stop of a process. */
static void
go_on (Trace *trace, guint i, int status)
{
  Traced *process = process_at (trace, i);
  int signal = WSTOPSIG (status), event = status >> 16;
  pid_t pid = process->pid;
  bool is_ours = signal == (SIGTRAP | 0x80) || signal == SIGTRAP || process->is_new;
  process->is_new = false;
  if (signal == (SIGTRAP | 0x80))
    at_call (trace, process);
  else if (event != 0)
    at_event (trace, i, event);
  ptrace (PTRACE_SYSCALL, pid, NULL, (long) (is_ours ? 0 : signal));
}

/* What a process came to, if it came to something. */
static bool
look_at (Trace *trace, guint i)
{
  int status = 0;
  Traced *process = process_at (trace, i);
  pid_t stopped = process->pid != 0 ? waitpid (process->pid, &status, __WALL | WNOHANG) : 0;
  if (stopped == 0)
    return false;
  if (stopped > 0 && WIFSTOPPED (status))
    return go_on (trace, i, status), true;
  process->pid = 0;
  if (i == 0)
    trace->code = stopped > 0 && WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
  return true;
}

static bool
is_any_left (const Trace *trace)
{
  for (guint i = 0; i < trace->processes->len; i++)
    if (process_at (trace, i)->pid != 0)
      return true;
  return false;
}

static bool
look_at_all (Trace *trace)
{
  bool any = false;
  for (guint i = 0; i < trace->processes->len; i++)
    any = look_at (trace, i) || any;
  return any;
}

/* SIGCHLD ("child") is blocked, so that none is missed between the two calls. */
static int
run (Trace *trace, const sigset_t *child, int64_t deadline)
{
  while (is_any_left (trace))
    {
      pid_t program = process_at (trace, 0)->pid;
      if (!look_at_all (trace) && sigtimedwait (child, NULL, &(struct timespec) { .tv_nsec = 100000000 }) < 0 && program != 0
          && trace->ask (trace->data, TRACE_PROGRAM, trace->calls[TRACE_PROGRAM], TRACE_IDLE) == TRACE_STOP)
        kill (program, SIGTERM);
      if (g_get_monotonic_time () > deadline)
        {
          kill_all (trace);
          trace->code = -1;
          deadline = G_MAXINT64;
        }
    }
  return trace->code;
}

static int
begin (pid_t pid, bool family, unsigned seconds, TraceAsk ask, void *data)
{
  g_autoptr (GArray) processes = g_array_new (false, false, sizeof (Traced));
  Trace trace = { .ask = ask, .data = data, .processes = processes };
  long children = family ? PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC : 0;
  sigset_t child, before;
  sigemptyset (&child);
  sigaddset (&child, SIGCHLD);
  int status = 0;
  waitpid (pid, &status, __WALL); /* behind its exec */
  add_process (&trace, pid, TRACE_PROGRAM);
  process_at (&trace, 0)->is_new = false;
  ptrace (PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | children);
  sigprocmask (SIG_BLOCK, &child, &before);
  ptrace (PTRACE_SYSCALL, pid, NULL, NULL);
  int code = run (&trace, &child, g_get_monotonic_time () + seconds * G_USEC_PER_SEC);
  sigprocmask (SIG_SETMASK, &before, NULL);
  return code;
}

int
trace_run (pid_t pid, unsigned seconds, TraceAsk ask, void *data)
{
  return begin (pid, false, seconds, ask, data);
}

int
trace_family (pid_t pid, unsigned seconds, TraceAsk ask, void *data)
{
  return begin (pid, true, seconds, ask, data);
}
