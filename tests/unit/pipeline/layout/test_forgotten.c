/* The marks of whom somebody has forgotten, and their key. The expected ones were made with Python's hmac. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "pipeline/layout/forgotten.h"

#include <string.h>

static const char secret[] = "0123456789abcdef0123456789abcdef";
static const uint8_t key[FORGET_KEY_SIZE] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

/* Marks are kept in people's databases: they must never change. */
static void
test_marks_are_always_the_same (void **state)
{
  (void) state;
  char text[UID_TEXT_SIZE];
  g_autoptr (Forgotten) users = forgotten_new (key, "users");
  uid_format (forgotten_mark (users, "ann@example.org", strlen ("ann@example.org")), text);
  assert_string_equal (text, "e269868c-f40e-328b-2595-b6f939e0e337");
}

static void
test_who_is_known (void **state)
{
  (void) state;
  g_autoptr (Tombstones) tombstones = tombstones_new (key);
  assert_null (tombstones_find (tombstones, "users"));
  assert_null (tombstones_find (NULL, "users"));
  Forgotten *users = tombstones_of (tombstones, "users");
  assert_ptr_equal (tombstones_find (tombstones, "users"), users);
  forgotten_add (users, forgotten_mark (users, "ann", 3));
  assert_true (forgotten_has (users, "ann", 3));
  assert_false (forgotten_has (users, "bob", 3));
  assert_false (forgotten_has (users, "anna", 4));
  /* The same key in another table is another mark. */
  Forgotten *shops = tombstones_of (tombstones, "shops");
  forgotten_add (shops, forgotten_mark (users, "ann", 3));
  assert_false (forgotten_has (shops, "ann", 3));
}

static void
test_the_key_is_wrapped (void **state)
{
  (void) state;
  uint8_t found[FORGET_KEY_SIZE];
  g_autofree char *wrapped = forget_key_wrap (key, secret, strlen (secret)),
                  *again = forget_key_wrap (key, secret, strlen (secret));
  assert_string_not_equal (wrapped, again);
  assert_true (forget_key_unwrap (wrapped, secret, strlen (secret), found));
  assert_memory_equal (found, key, sizeof key);
  assert_false (forget_key_unwrap (wrapped, "another secret of thirty-two bytes", 32, found));
  assert_false (forget_key_unwrap ("", secret, strlen (secret), found));
  wrapped[40] = wrapped[40] == '0' ? '1' : '0';
  assert_false (forget_key_unwrap (wrapped, secret, strlen (secret), found));
  wrapped[40] = 'x';
  assert_false (forget_key_unwrap (wrapped, secret, strlen (secret), found));
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (test_marks_are_always_the_same),
    cmocka_unit_test (test_who_is_known),
    cmocka_unit_test (test_the_key_is_wrapped),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
