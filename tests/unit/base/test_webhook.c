/* The signature of webhooks. */
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

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_signature),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
