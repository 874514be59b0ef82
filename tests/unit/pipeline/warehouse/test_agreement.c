/* Model, pins, secret and settings: what agrees. With the database: tests/integration/test_agreement.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "pipeline/layout/pins.h"
#include "pipeline/warehouse/agreement.h"
#include "pipeline/warehouse/held.h"
#include "tests/unit/pipeline/records.h"

#define KEYED(kind, id) "{\"table\":\"t\",\"kind\":\"" kind "\",\"business_key\":[\"k\"],\"id\":{" id "}}"
#define HMAC KEYED ("dimension", "\"hash\":\"hmac-sha256\"")
#define MD5 KEYED ("dimension", "\"hash\":\"md5\"")
#define BAG "{\"table\":\"t\",\"kind\":\"fact\"}"

/* Given a table that was loaded by one model, with secret and schema, when it is to be loaded by another. */
static const struct
{
  const char *was, *is;
  const char *secret_was, *secret_is, *schema_was, *schema_is;
  Reason reason; /* REASON_NONE: they agree */
  const char *says;
} cases[] = {
  { HMAC, HMAC, "s", "s", "w", "w", REASON_NONE, NULL },
  { NULL, HMAC, NULL, "s", NULL, "w", REASON_NONE, NULL },  /* never loaded */
  { NULL, HMAC, NULL, NULL, NULL, "w", REASON_NONE, NULL }, /* nor was a secret ever made */
  { MD5, MD5, NULL, NULL, "w", "w", REASON_NONE, NULL },
  { BAG, BAG, NULL, NULL, "w", "w", REASON_NONE, NULL },
  { HMAC, HMAC, "s", "other", "w", "w", REASON_SECRET_CHANGED, "secret" },
  { HMAC, HMAC, "s", NULL, "w", "w", REASON_SECRET_MISSING, "could not be read" },
  { MD5, HMAC, NULL, NULL, "w", "w", REASON_SECRET_MISSING, "could not be read" },
  { MD5, HMAC, NULL, "s", "w", "w", REASON_KEY_CHANGED, "key definition" },
  { HMAC, HMAC, "s", "s", "w", "other", REASON_MODEL, "was loaded into schema \"w\", and the settings say \"other\"" },
  { MD5, KEYED ("fact", "\"hash\":\"md5\""), NULL, NULL, "w", "w", REASON_MODEL, "is a fact, but it was loaded as a dimension" },
  { BAG, MD5, NULL, NULL, "w", "w", REASON_MODEL, "is a dimension, but it was loaded as a fact" },
};

static void
test_pins (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Model) was = cases[i].was != NULL ? test_model ("t", cases[i].was) : NULL;
      g_autoptr (Model) is = test_model ("t", cases[i].is);
      const char *before = cases[i].secret_was, *now = cases[i].secret_is;
      g_autofree char *key = was == NULL ? NULL : key_definition (was, before, before == NULL ? 0 : strlen (before));
      const TableState pinned = { .kind = was == NULL ? NULL : (char *) model_kind_word (was->kind),
                                  .key = key,
                                  .warehouse_schema = (char *) cases[i].schema_was };
      const AgreementTerms terms = { cases[i].schema_is, now, now == NULL ? 0 : strlen (now) };
      g_autoptr (GError) error = NULL;
      bool agree = agreement_check_pins (is, &pinned, &terms, &error);
      if (agree != (cases[i].reason == REASON_NONE))
        fail_msg ("case %zu: %s", i, agree ? "agrees" : error->message);
      if (agree)
        continue;
      assert_true (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_MODEL));
      assert_int_equal (weir_error_get_reason (error), cases[i].reason);
      if (strstr (error->message, cases[i].says) == NULL)
        fail_msg ("case %zu: %s", i, error->message);
    }
}

/* Only this very file is held. */
static void
test_held (void **state)
{
  (void) state;
  HeldFile one = { .table = (char *) "t", .file = (char *) "t.csv", .size = 7, .mtime_ns = 5 };
  g_autoptr (GPtrArray) held = g_ptr_array_new ();
  assert_null (held_find (held, "t", "t.csv", 7, 5));
  g_ptr_array_add (held, &one);
  assert_ptr_equal (held_find (held, "t", "t.csv", 7, 5), &one);
  assert_null (held_find (held, "u", "t.csv", 7, 5));
  assert_null (held_find (held, "t", "t-2.csv", 7, 5));
  assert_null (held_find (held, "t", "t.csv", 8, 5));
  assert_null (held_find (held, "t", "t.csv", 7, 6));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_pins),
    cmocka_unit_test (test_held),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
