/* Child processes of the tests: run to their end, or spawned and watched. All are ended with the test process. */
#ifndef WEIR_TESTS_SUPPORT_PROCESS_H
#define WEIR_TESTS_SUPPORT_PROCESS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define DEADLINE_SECONDS 30

/* Every process of a test home carries this variable, and so do its descendants. */
#define PROCESS_MARK "WEIR_TEST_HOME"

/* How to start a process. */
typedef struct
{
  const char *folder; /* to start in */
  const char *const *environment;
  const char *user; /* run as this user, where the tests run as root; NULL: as we are */
  int in;           /* what it reads as stdin; 0: /dev/null */
  const char *out;  /* file that gets stdout (and stderr, where "err" is NULL); NULL: /dev/null */
  const char *err;
  bool traced; /* stops behind its exec until its parent, who traces it, lets it go on (ptrace) */
} ProcessSetup;

/* Starts argv[0] by its path; the child dies with this process. Never fails: a program that cannot be run exits with 127. */
pid_t process_start (const ProcessSetup *setup, const char *const *argv);

/* Waits for its end and returns the exit code, 128 + n where signal n ended it. After DEADLINE_SECONDS it is killed: -1. */
int process_wait (pid_t pid);
/* The same for a script, whose commands may take that long each. */
int process_wait_for (pid_t pid, unsigned commands);

/* The same without waiting: false while it runs. */
bool process_ended (pid_t pid, int *ret_code);

/* argv of all processes marked with a home below "folder", by their pids (GINT_TO_POINTER (pid) to char *, words joined by a
 * space). */
GHashTable *process_list (const char *folder);

/* The pid of one such process whose command line contains "text", 0: none. */
pid_t process_find (const char *folder, const char *text);

/* The same, of those that a SIGSTOP has stopped. */
pid_t process_find_stopped (const char *folder, const char *text);

/* Ends all such processes with SIGKILL. */
void process_kill_all (const char *folder);

/* For a child that goes on without a program: lets go of the terminal, or of whoever waits for the end of our output. */
void process_silence (void);

/* Removes a folder and all in it. */
void remove_tree (const char *folder);

int64_t deadline_new (void);            /* DEADLINE_SECONDS from now, in g_get_monotonic_time's microseconds */
bool deadline_sleep (int64_t deadline); /* sleeps 20 ms; false once it has passed */

/* Polls a condition until it holds; fails the test after DEADLINE_SECONDS. */
#define wait_until(condition)                                                                                                      \
  do                                                                                                                               \
    {                                                                                                                              \
      int64_t wait_deadline_ = deadline_new ();                                                                                    \
      while (!(condition))                                                                                                         \
        if (!deadline_sleep (wait_deadline_))                                                                                      \
          fail_msg ("waited %d seconds in vain for: %s", DEADLINE_SECONDS, #condition);                                            \
    }                                                                                                                              \
  while (0)

#endif
