/* The signature of webhooks, and their addresses. */
#include "base/webhook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* The example of the specification's own libraries (standard-webhooks, "libraries"); and a secret that is no base64. */
static void
test_signature (void **state)
{
  (void) state;
  static const struct
  {
    const char *secret, *signature;
  } cases[] = {
    { "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" },
    { "plain words", "v1,X8r2rKntoEWqVpbkfGoPJhW4mV8IuVNDzdgApHtzUlM=" },
  };
  const char *body = "{\"test\": 2432232314}";
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *signature =
          webhook_signature (cases[i].secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, strlen (body));
      assert_string_equal (signature, cases[i].signature);
    }
}

static void
test_hidden_url (void **state)
{
  (void) state;
  static const struct
  {
    const char *url, *said, *shown;
  } cases[] = {
    { "https://hooks.example.org/hook/B0123456789/XXXXXXXX", "no hook /hook/B0123456789/XXXXXXXX here",
      "no hook /hook/***/*** here" },
    { "https://h/x?token=abc%2Fdefgh&a=b", "x?token=abc%2Fdefgh and abc/defgh", "x?token=*** and ***" },
    { "https://h/incoming/incoming-7f3c9a2b41", "no incoming-7f3c9a2b41 of incoming", "no *** of ***" },
    { "https://hooks.example.org/short", "hooks.example.org: short", "hooks.example.org: short" },
    { "https://hooks.example.org", "hooks.example.org", "hooks.example.org" },
    { "", "words", "words" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) said = g_string_new (cases[i].said);
      webhook_hide_url (said, cases[i].url);
      assert_string_equal (said->str, cases[i].shown);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_signature),
    cmocka_unit_test (test_hidden_url),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
