#include "src/page/listen.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void
addresses_are_read (void **state)
{
  (void) state;
  static const struct
  {
    const char *text, *host; /* NULL: refused */
    int port;
    bool is_loopback;
  } rows[] = {
    { "127.0.0.1:8080", "127.0.0.1", 8080, true },
    { "127.1.2.3:1", "127.1.2.3", 1, true },
    { "localhost:9000", "127.0.0.1", 9000, true },
    { "8080", "127.0.0.1", 8080, true },
    { "[::1]:8080", "[::1]", 8080, true },
    { "0.0.0.0:8080", "0.0.0.0", 8080, false },
    { "[::]:8080", "[::]", 8080, false },
    { "192.0.2.7:8443", "192.0.2.7", 8443, false },
    { "128.0.0.1:80", "128.0.0.1", 80, false },
    { "127.0.0.1:65536", NULL },
    { "127.0.0.1", NULL },
    { "example.org:80", NULL },
    { "300.0.0.1:80", NULL },
    { ":80", NULL },
    { "::1:80", NULL },
    { "", NULL },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Listen) where = { 0 };
      bool is = listen_parse (rows[i].text, &where, NULL);
      if (is != (rows[i].host != NULL))
        fail_msg ("%s", rows[i].text);
      if (!is)
        continue;
      assert_string_equal (where.host, rows[i].host);
      assert_int_equal (where.port, rows[i].port);
      assert_int_equal (where.is_loopback, rows[i].is_loopback);
    }
}

static void
only_names_of_ours_are_known (void **state)
{
  (void) state;
  static const char *const hosts[] = { "weir.example.org", NULL };
  static const struct
  {
    const char *header;
    bool known;
  } rows[] = {
    { "127.0.0.1:8080", true },
    { "192.0.2.7", true },
    { "[::1]:8080", true },
    { "LOCALHOST:1", true },
    { "weir.example.org", true },
    { "WEIR.example.org:80", true },
    { "example.org", false },
    { "weir.example.org.", false },
    { "a.weir.example.org", false },
    { "127.0.0.1.evil", false },
    { "[::1", false },
    { "[::1].evil", false },
    { "", false },
    { NULL, false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    if (listen_knows_host (rows[i].header, hosts) != rows[i].known)
      fail_msg ("%s", rows[i].header);
  assert_false (listen_knows_host ("weir.example.org", NULL));
}

static void
an_origin_is_the_same_host_and_port (void **state)
{
  (void) state;
  assert_true (listen_is_origin ("http://127.0.0.1:8080", "127.0.0.1:8080"));
  assert_true (listen_is_origin ("https://weir.example.org", "weir.example.org"));
  assert_false (listen_is_origin ("http://127.0.0.1:8081", "127.0.0.1:8080"));
  assert_false (listen_is_origin ("http://evil/127.0.0.1:8080", "127.0.0.1:8080"));
  assert_false (listen_is_origin ("null", "127.0.0.1:8080"));
  assert_false (listen_is_origin (NULL, "127.0.0.1:8080"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (addresses_are_read),
    cmocka_unit_test (only_names_of_ours_are_known),
    cmocka_unit_test (an_origin_is_the_same_host_and_port),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
