#include "src/words/kept_output.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

/* The kept bytes as text. Owned by the caller. */
static char *
bytes_of (const KeptOutput *kept, size_t *ret_length)
{
  g_autofree char *hex = kept_output_hex (kept);
  *ret_length = strlen (hex) / 2;
  char *bytes = g_malloc0 (*ret_length + 1);
  for (size_t i = 0; i < *ret_length; i++)
    bytes[i] = (char) (g_ascii_xdigit_value (hex[2 * i]) * 16 + g_ascii_xdigit_value (hex[2 * i + 1]));
  return bytes;
}

/* Byte i of what is written. */
static char
byte_at (size_t i)
{
  return (char) (i * 7 + i / 251);
}

/* Given so much output, in pieces of whatever size, the same of it is kept. */
static void
test_what_is_kept (void **state)
{
  (void) state;
  static const size_t totals[] = {
    0, 1, KEPT_BEGINNING, KEPT_BEGINNING + 1, KEPT_BEGINNING + KEPT_END, KEPT_BEGINNING + KEPT_END + 1, 300000
  };
  static const size_t pieces[] = { 1, 1000, KEPT_BEGINNING, 3 * KEPT_END };
  for (size_t t = 0; t < G_N_ELEMENTS (totals); t++)
    for (size_t p = 0; p < G_N_ELEMENTS (pieces); p++)
      {
        size_t total = totals[t], length;
        g_autofree char *all = g_malloc (total + 1);
        for (size_t i = 0; i < total; i++)
          all[i] = byte_at (i);
        g_autoptr (KeptOutput) kept = kept_output_new ();
        for (size_t i = 0; i < total; i += pieces[p])
          kept_output_add (kept, all + i, MIN (pieces[p], total - i));
        g_autofree char *bytes = bytes_of (kept, &length);
        size_t beginning = MIN (total, KEPT_BEGINNING), end = MIN (total - beginning, KEPT_END);
        assert_int_equal (kept_output_total (kept), total);
        assert_true (length >= beginning + end);
        assert_memory_equal (bytes, all, beginning);
        assert_memory_equal (bytes + length - end, all + total - end, end);
        assert_int_equal (length > beginning + end, total > KEPT_BEGINNING + KEPT_END);
      }
}

static void
test_what_is_left_out_is_said (void **state)
{
  (void) state;
  g_autoptr (KeptOutput) kept = kept_output_new ();
  g_autofree char *text = g_strnfill (KEPT_BEGINNING + KEPT_END + 1234, 'x');
  size_t length;
  kept_output_add (kept, text, strlen (text));
  g_autofree char *bytes = bytes_of (kept, &length);
  assert_non_null (strstr (bytes, "x\n... 1,234 bytes left out ...\nx"));
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (test_what_is_kept), cmocka_unit_test (test_what_is_left_out_is_said) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
