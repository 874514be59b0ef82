#include "src/load/probe.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#define MOST 6

static void
what_the_server_says_of_a_session_decides_whether_it_is_waited_for (void **state)
{
  (void) state;
  static const struct
  {
    const char *name;
    int n;
    struct
    {
      ProbeAnswer answer;
      int second;
      DbTick tick;
    } asked[MOST];
  } cases[] = {
    { "works as long as it needs",
      3,
      { { PROBE_WORKS, 5, DB_WAIT_ON }, { PROBE_WORKS, 10, DB_WAIT_ON }, { PROBE_WORKS, 90000, DB_WAIT_ON } } },
    { "a message may be on its way once, not twice", 2, { { PROBE_LISTENS, 5, DB_WAIT_ON }, { PROBE_LISTENS, 10, DB_GIVE_UP } } },
    { "and not when it has worked meanwhile",
      4,
      { { PROBE_LISTENS, 5, DB_WAIT_ON },
        { PROBE_WORKS, 10, DB_WAIT_ON },
        { PROBE_LISTENS, 15, DB_WAIT_ON },
        { PROBE_LISTENS, 20, DB_GIVE_UP } } },
    { "a session that is gone", 2, { { PROBE_WORKS, 5, DB_WAIT_ON }, { PROBE_GONE, 10, DB_GIVE_UP } } },
    { "a number that was never the server's: a connection pool",
      3,
      { { PROBE_GONE, 5, DB_WAIT_ON }, { PROBE_GONE, 10, DB_WAIT_ON }, { PROBE_GONE, 900, DB_WAIT_ON } } },
    { "nobody is reached for long",
      3,
      { { PROBE_UNREACHABLE, 5, DB_WAIT_ON }, { PROBE_UNREACHABLE, 30, DB_WAIT_ON }, { PROBE_UNREACHABLE, 36, DB_GIVE_UP } } },
    { "nobody is reached now and then",
      4,
      { { PROBE_UNREACHABLE, 5, DB_WAIT_ON },
        { PROBE_WORKS, 30, DB_WAIT_ON },
        { PROBE_UNREACHABLE, 36, DB_WAIT_ON },
        { PROBE_UNREACHABLE, 60, DB_WAIT_ON } } },
    { "no more connections, or no answer to the question",
      3,
      { { PROBE_UNKNOWN, 5, DB_WAIT_ON }, { PROBE_UNKNOWN, 50, DB_WAIT_ON }, { PROBE_UNKNOWN, 500, DB_WAIT_ON } } },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Probe probe = { 0 };
      for (int step = 0; step < cases[i].n; step++)
        if (probe_judge (&probe, cases[i].asked[step].answer, cases[i].asked[step].second * INT64_C (1000000))
            != cases[i].asked[step].tick)
          fail_msg ("%s: step %d", cases[i].name, step);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (what_the_server_says_of_a_session_decides_whether_it_is_waited_for),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
