#include "base/fault.h"

#include <glib.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Passes the point "here" in a child with the given WEIR_FAULT. A stopped child is continued. Returns its last status. */
static int
pass_point (const char *fault, bool *ret_stopped)
{
  pid_t child = fork ();
  if (child == 0)
    {
      setenv ("WEIR_FAULT", fault, 1);
      fault_point ("here");
      _exit (0);
    }
  assert_true (child > 0);

  int status;
  *ret_stopped = false;
  assert_int_equal (waitpid (child, &status, WUNTRACED), child);
  if (WIFSTOPPED (status))
    {
      *ret_stopped = true;
      assert_int_equal (kill (child, SIGCONT), 0);
      assert_int_equal (waitpid (child, &status, 0), child);
    }
  return status;
}

static const struct
{
  const char *fault;
  int signal; /* that ends the process, 0: none */
  bool stops;
} cases[] = {
  { "", 0, false },
  { "kill:elsewhere", 0, false },
  { "kill:her", 0, false },
  { "kill:here-too", 0, false },
  { "kill", 0, false },
  { "kill:here", SIGKILL, false },
  { "crash:here", SIGSEGV, false },
  { "stop:here", 0, true },
  { "kill:elsewhere,crash:here", SIGSEGV, false },
  { "stop:here,kill:here", SIGKILL, true },
};

static void
a_fault_strikes_at_its_point_only (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      bool stopped;
      int status = pass_point (cases[i].fault, &stopped);
      assert_int_equal (WIFSIGNALED (status) ? WTERMSIG (status) : 0, cases[i].signal);
      assert_int_equal (stopped, cases[i].stops);
    }
}

static void
nothing_happens_without_the_variable (void **state)
{
  (void) state;
  unsetenv ("WEIR_FAULT");
  fault_point ("here");
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (a_fault_strikes_at_its_point_only),
    cmocka_unit_test (nothing_happens_without_the_variable),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
