/* Codes, statuses and replies become classes. */
#include "connect/curl/outcome.h"
#include "connect/curl/smtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
test_codes (void **state)
{
  (void) state;
  static const struct
  {
    int code;
    ConnectClass class;
  } cases[] = {
    { 6, CONNECT_TRANSIENT },     { 7, CONNECT_TRANSIENT },      { 28, CONNECT_TRANSIENT },     { 35, CONNECT_TRANSIENT },
    { 52, CONNECT_TRANSIENT },    { 55, CONNECT_TRANSIENT },     { 56, CONNECT_TRANSIENT },     { 79, CONNECT_TRANSIENT },
    { 60, CONNECT_CREDENTIALS },  { 64, CONNECT_CREDENTIALS },   { 67, CONNECT_CREDENTIALS },   { 3, CONNECT_CONFIGURATION },
    { 9, CONNECT_CONFIGURATION }, { 21, CONNECT_CONFIGURATION }, { 78, CONNECT_CONFIGURATION }, { 999, CONNECT_TRANSIENT },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_int_equal (outcome_of_code (cases[i].code), cases[i].class);
}

/* A port without TLS stays one; what went wrong within TLS may pass. */
static void
test_no_tls (void **state)
{
  (void) state;
  char wrong[] = "error:0A00010B:SSL routines::wrong version number", broken[] = "SSL_ERROR_SYSCALL";
  g_autoptr (GError) never = NULL, again = NULL;
  assert_false (outcome_fail (&(TransferResult) { .code = 35, .text = wrong }, "here", &never));
  assert_false (outcome_fail (&(TransferResult) { .code = 35, .text = broken }, "here", &again));
  assert_int_equal (never->code, CONNECT_CONFIGURATION);
  assert_int_equal (again->code, CONNECT_TRANSIENT);
}

static void
test_statuses (void **state)
{
  (void) state;
  static const struct
  {
    long status;
    ConnectClass class;
  } cases[] = {
    { 302, CONNECT_CONFIGURATION }, { 400, CONNECT_CONFIGURATION }, { 401, CONNECT_CREDENTIALS }, { 403, CONNECT_CREDENTIALS },
    { 404, CONNECT_CONFIGURATION }, { 407, CONNECT_CREDENTIALS },   { 408, CONNECT_TRANSIENT },   { 425, CONNECT_TRANSIENT },
    { 429, CONNECT_TRANSIENT },     { 500, CONNECT_TRANSIENT },     { 503, CONNECT_TRANSIENT },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_int_equal (outcome_of_status (cases[i].status), cases[i].class);
}

/* The server's reply decides; libcurl's code says the same of all of them. */
static void
test_mails (void **state)
{
  (void) state;
  static const struct
  {
    TransferResult result;
    Mailed mailed;
  } cases[] = {
    { { .code = 0, .step = STEP_MESSAGE, .status = 250 }, MAILED_SENT },
    { { .code = 55, .step = STEP_RECIPIENT, .status = 550 }, MAILED_REFUSED },
    { { .code = 55, .step = STEP_RECIPIENT, .status = 451 }, MAILED_AGAIN },
    { { .code = 8, .step = STEP_MESSAGE, .status = 554 }, MAILED_REFUSED },
    { { .code = 8, .step = STEP_MESSAGE, .status = 452 }, MAILED_AGAIN },
    { { .code = 56, .step = STEP_MESSAGE, .status = 354 }, MAILED_AGAIN }, /* it may be taken: nobody said so */
    { { .code = 55, .step = STEP_SENDER, .status = 550 }, MAILED_REFUSED },
    { { .code = 55, .step = STEP_SENDER, .status = 530 }, MAILED_NOTHING },
    { { .code = 67, .step = STEP_SESSION, .status = 535 }, MAILED_NOTHING },
    { { .code = 64, .step = STEP_SESSION, .status = 250 }, MAILED_NOTHING },
    { { .code = 7, .step = STEP_SESSION }, MAILED_NOTHING },
    { { .code = 42, .step = STEP_MESSAGE, .status = 354, .is_stopped = true }, MAILED_NOTHING },
    { { .code = 42, .step = STEP_SENDER, .status = 250, .no_auth = true }, MAILED_NOTHING },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_int_equal (smtp_judge (&cases[i].result), cases[i].mailed);
}

static void
test_sessions (void **state)
{
  (void) state;
  const Smtp smtp = { .host = (char *) "mail.example.org", .user = "ann" };
  static const struct
  {
    TransferResult result;
    ConnectClass class;
  } cases[] = {
    { { .code = 67, .status = 535, .text = (char *) "Login denied", .reply = (char *) "535 no" }, CONNECT_CREDENTIALS },
    { { .code = 67, .status = 454, .text = (char *) "Login denied", .reply = (char *) "454 later" }, CONNECT_TRANSIENT },
    { { .code = 64, .status = 250, .text = (char *) "STARTTLS not supported." }, CONNECT_CREDENTIALS },
    { { .code = 60, .status = 220, .text = (char *) "SSL certificate problem" }, CONNECT_CREDENTIALS },
    { { .code = 8, .status = 554, .text = (char *) "", .reply = (char *) "554 go away" }, CONNECT_CONFIGURATION },
    { { .code = 8, .status = 421, .text = (char *) "", .reply = (char *) "421 too many" }, CONNECT_TRANSIENT },
    { { .code = 7, .status = 0, .text = (char *) "Connection refused" }, CONNECT_TRANSIENT },
    { { .code = 42, .status = 250, .text = (char *) "", .no_auth = true }, CONNECT_CREDENTIALS },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      assert_false (smtp_fail (&smtp, &cases[i].result, &error));
      assert_true (error->domain == CONNECT_ERROR);
      assert_int_equal (error->code, cases[i].class);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_codes), cmocka_unit_test (test_no_tls),   cmocka_unit_test (test_statuses),
    cmocka_unit_test (test_mails), cmocka_unit_test (test_sessions),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
