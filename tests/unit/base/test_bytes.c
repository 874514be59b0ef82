/* Numbers in network order, and short copies, in memory of just their size, so that the sanitizer sees who reads or writes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"

static void
numbers_are_big_endian (void **state)
{
  (void) state;
  uint8_t bytes[15];
  uint8_t *end = put_int64 (put_int32 (put_int16 (put_byte (bytes, 1), 0x0203), 0x04050607), 0x08090a0b0c0d0e0f);
  assert_ptr_equal (end, bytes + sizeof bytes);
  for (size_t i = 0; i < sizeof bytes; i++)
    assert_int_equal (bytes[i], i + 1);
}

static void
short_copies_have_each_byte (void **state)
{
  (void) state;
  for (size_t length = 0; length <= 100; length++)
    {
      g_autofree uint8_t *from = g_malloc (length), *to = g_malloc0 (length);
      for (size_t i = 0; i < length; i++)
        from[i] = (uint8_t) (i + 1);
      assert_ptr_equal (put_short (to, from, length), to + length);
      if (length > 0)
        assert_memory_equal (to, from, length);
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (numbers_are_big_endian),
    cmocka_unit_test (short_copies_have_each_byte),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
