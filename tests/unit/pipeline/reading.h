/* What the reader's unit tests share: files in memory, and what was read of them as text. */
#ifndef WEIR_TESTS_UNIT_PIPELINE_READING_H
#define WEIR_TESTS_UNIT_PIPELINE_READING_H

#include "base/error.h"
#include "pipeline/records/reader.h"

#include <sys/mman.h>
#include <unistd.h>

static const size_t piece_sizes[] = { 1, 2, 3, 7, 4095, 4096, 4097, 65535, 65536, 65537 };

static inline int
memory_file (const char *bytes, size_t length)
{
  int fd = memfd_create ("reader", MFD_CLOEXEC);
  assert_true (fd >= 0);
  for (size_t done = 0; done < length;)
    {
      ssize_t written = write (fd, bytes + done, length - done);
      assert_true (written > 0);
      done += (size_t) written;
    }
  return fd;
}

/* "3 <a><b>-" is line 3 with the cells a, b and NULL; "3 !stray_quote stray quote at byte 2 {a"b}" is a problem and its raw text.
 */
static inline void
describe_record (GString *text, const Record *record)
{
  g_string_append_printf (text, "%" G_GINT64_FORMAT " ", record->line);
  for (size_t i = 0; i < record->n_fields; i++)
    {
      const Field *field = &record->fields[i];
      assert_non_null (field->text);
      if (field->null)
        g_string_append_c (text, '-');
      else
        g_string_append_printf (text, "<%.*s>", (int) field->length, field->text);
    }
  if (record->problem != NULL)
    {
      assert_int_equal (record->n_fields, 0);
      g_string_append_printf (text, "!%s %s {%.*s}", reason_word (record->reason), record->problem, (int) record->raw_length,
                              record->raw);
    }
  g_string_append_c (text, '\n');
}

static inline char *
describe_all (Reader *reader)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  const Record *record = NULL;
  while (error == NULL && reader_next (reader, &record, &error) && record != NULL)
    describe_record (text, record);
  if (error != NULL)
    g_string_append_printf (text, "error %s line %" G_GINT64_FORMAT ": %s\n", reason_word (weir_error_get_reason (error)),
                            weir_error_get_line (error), error->message);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#endif
