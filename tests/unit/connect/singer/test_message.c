/* Lines of a tap: which messages they are, and which are none. */
#include "connect/singer/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static const struct
{
  const char *line;
  MessageType type;
} lines[] = {
  { "{\"type\": \"RECORD\", \"stream\": \"a\", \"record\": {}}", MESSAGE_RECORD },
  { "{\"type\": \"record\", \"stream\": \"a\", \"record\": {\"x\": 1}, \"version\": 5}\r", MESSAGE_RECORD },
  { "{\"record\": {}, \"stream\": \"a\", \"type\": \"RECORD\"}", MESSAGE_RECORD },
  { "{\"type\": \"SCHEMA\", \"stream\": \"a\", \"schema\": {}, \"key_properties\": []}", MESSAGE_SCHEMA },
  { "{\"type\": \"STATE\", \"value\": null}", MESSAGE_STATE },
  { "{\"type\": \"ACTIVATE_VERSION\", \"stream\": \"a\", \"version\": 5}", MESSAGE_ACTIVATE_VERSION },
  { "{\"type\": \"BATCH\", \"stream\": \"a\", \"manifest\": []}", MESSAGE_BATCH },
  { "{\"type\": \"LOG\", \"stream\": \"a\"}", MESSAGE_OTHER },
  { "", MESSAGE_NONE },
  { "  \t", MESSAGE_NONE },
  { "[]", MESSAGE_BAD },
  { "{}", MESSAGE_BAD },
  { "{\"type\": 1}", MESSAGE_BAD },
  { "{\"type\": \"RECORD\", \"stream\": \"a\"}", MESSAGE_BAD },
  { "{\"type\": \"RECORD\", \"record\": {}}", MESSAGE_BAD },
  { "{\"type\": \"RECORD\", \"stream\": \"a\", \"record\": []}", MESSAGE_BAD },
  { "{\"type\": \"RECORD\", \"stream\": null, \"record\": {}}", MESSAGE_BAD },
  { "{\"type\": \"SCHEMA\", \"stream\": \"a\"}", MESSAGE_BAD },
  { "{\"type\": \"STATE\"}", MESSAGE_BAD },
  { "{\"type\": \"ACTIVATE_VERSION\", \"stream\": \"a\"}", MESSAGE_BAD },
  { "{\"type\": \"BATCH\", \"stream\": \"a\"}", MESSAGE_BAD },
  { "{\"type\": \"RECORD\", \"stream\": \"a\", \"record\": {}} x", MESSAGE_BAD },
  { "{\"type\": \"RECORD\", \"stream\": \"a\", \"record\": {}", MESSAGE_BAD },
  { "{\"type\": \"STATE\", \"value\": \"\xe6\"}", MESSAGE_BAD },
  { "INFO starting", MESSAGE_BAD },
  { "{\"type\": \"LOG\", \"stream\": 5}", MESSAGE_OTHER },
  { "{\"\\u0074ype\": \"STATE\", \"value\": NaN}", MESSAGE_STATE },
};

static void
lines_are_messages_or_not (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (lines); i++)
    if (message_read (lines[i].line, strlen (lines[i].line)).type != lines[i].type)
      fail_msg ("%s", lines[i].line);
  assert_int_equal (message_read (lines[1].line, strlen (lines[1].line)).version, 5);
  assert_int_equal (message_read (lines[0].line, strlen (lines[0].line)).version, -1);
}

int
main (void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test (lines_are_messages_or_not) };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
