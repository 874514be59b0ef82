/* What is made of the last words of a tap. */
#include "connect/singer/verdict.h"

#include "connect/connector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define EXITED(code) ((code) << 8)

static const struct
{
  int status;
  const char *words;
  ConnectClass error_class;
  const char *said;
} verdicts[] = {
  { EXITED (1), "", CONNECT_TRANSIENT, "\"tap\" ended with exit code 1" },
  { EXITED (1), "a\nConnectionError: refused", CONNECT_TRANSIENT, "exit code 1: a | ConnectionError: refused" },
  { 9, "working", CONNECT_TRANSIENT, "signal 9: working" },
  { EXITED (127), "", CONNECT_CONFIGURATION, "exit code 127" },
  { EXITED (2), "usage: tap\ntap: error: unrecognized arguments: --catalog", CONNECT_CONFIGURATION, "unrecognized arguments" },
  { EXITED (1), "Config Validation Failed: 'host' is required", CONNECT_CONFIGURATION, "host" },
  { EXITED (1), "ModuleNotFoundError: no x", CONNECT_CONFIGURATION, "no x" },
  { EXITED (1), "FATAL: password authentication failed for user \"a\"\nretrying", CONNECT_CREDENTIALS, "authentication failed" },
  { EXITED (1), "401 Client Error: Unauthorized for url", CONNECT_CREDENTIALS, "401" },
  { EXITED (1), "    raise x\n    ^^^^^^^\nValueError: y\n\n", CONNECT_TRANSIENT, "exit code 1: raise x | ValueError: y" },
};

static void
last_words_are_read (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (verdicts); i++)
    {
      g_autoptr (GError) error = NULL;
      assert_false (verdict_of ("tap", verdicts[i].status, verdicts[i].words, &error));
      if (!g_error_matches (error, CONNECT_ERROR, (gint) verdicts[i].error_class)
          || strstr (error->message, verdicts[i].said) == NULL)
        fail_msg ("%s: %d, %s", verdicts[i].words, error->code, error->message);
    }
  g_autoptr (GError) error = NULL;
  assert_true (verdict_of ("tap", 0, "password authentication failed", &error));
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (last_words_are_read) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
