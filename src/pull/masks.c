#include "src/pull/masks.h"

#include "base/digest.h"
#include "base/error.h"
#include "src/pull/columns.h"

#include <string.h>

#define SHOWN_CHARACTERS 4

/* What masked cells are, for people. */
static const char *const words[][2] = { [MASKED_HASH] = { "hash", "64 digits of a SHA-256, in lower case" },
                                        [MASKED_NULL] = { "null", "nothing" },
                                        [MASKED_LAST4] = { "last4", "* for all but the last four characters" } };

/* A column of the file. */
typedef struct
{
  const char *name; /* borrowed */
  size_t place;
  Masked mask;
} Column;

static bool
is_digest (const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (!(text[i] >= '0' && text[i] <= '9') && !(text[i] >= 'a' && text[i] <= 'f'))
      return false;
  return length == SHA256_HEX_SIZE - 1;
}

static bool
is_last4 (const char *text, size_t length)
{
  size_t characters = 0, stars = 0;
  for (size_t i = 0; i < length; i++)
    characters += ((unsigned char) text[i] & 0xC0) != 0x80;
  while (stars < length && text[stars] == '*')
    stars++;
  return stars >= (characters > SHOWN_CHARACTERS ? characters - SHOWN_CHARACTERS : characters);
}

bool
masks_hold (Masked mask, const char *text, size_t length)
{
  return mask == MASKED_NULL ? length == 0 : mask == MASKED_HASH ? is_digest (text, length) : is_last4 (text, length);
}

static void
add_column (const Job *job, const char *source, const char *mask, const Json *columns, GArray *masked)
{
  const char *name = columns_name (job, source);
  for (size_t place = 0; place < json_array_size (columns); place++)
    for (Masked kind = MASKED_HASH; kind <= MASKED_LAST4; kind++)
      if (g_str_equal (words[kind][0], mask)
          && g_strcmp0 (json_string_value (json_object_get (json_array_get (columns, place), "name")), name) == 0)
        g_array_append_val (masked, ((Column) { name, place, kind }));
}

/* Of Column. */
static GArray *
find_columns (const Job *job, const Json *columns)
{
  const char *source;
  Json *rule;
  GArray *masked = g_array_new (FALSE, FALSE, sizeof (Column));
  json_object_foreach (job->columns, source, rule)
    {
      const char *mask = json_string_value (json_object_get (rule, "mask"));
      if (mask != NULL && !json_is_true (json_object_get (rule, "drop")))
        add_column (job, source, mask, columns, masked);
    }
  return masked;
}

/* Without a word of the cell. */
static bool
refuse (const Job *job, int64_t row, const char *what, GError **error)
{
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, .detail = what,
                                 .hint = "Nothing was loaded, and what came was thrown away. The connector has to be mended, or "
                                         "\"columns\" of the job." },
                    "%s: the connector did not do what the job says of columns, in row %" G_GINT64_FORMAT, job->name, row);
}

/* row: from 1; 0: the header. One that cannot be read would be kept as a reject, as it is. */
static bool
check_record (const Job *job, const GArray *masked, size_t width, const Record *record, int64_t row, GError **error)
{
  if (record->problem != NULL || record->n_fields != width)
    return refuse (job, row, record->problem != NULL ? record->problem : "It has another number of cells than there are columns.",
                   error);
  for (guint i = 0; row > 0 && i < masked->len; i++)
    {
      const Column *column = &g_array_index (masked, Column, i);
      const Field *field = &record->fields[column->place];
      if (field->null || masks_hold (column->mask, field->text, field->length))
        continue;
      g_autofree char *what = g_strdup_printf ("%s is to be masked as \"%s\": %s. It is something else.", column->name,
                                               words[column->mask][0], words[column->mask][1]);
      return refuse (job, row, what, error);
    }
  return true;
}

bool
masks_check (const Job *job, const Json *columns, int fd, const ReaderLimits *limits, GError **error)
{
  size_t width = json_array_size (columns);
  ReaderLimits own = *limits;
  const Record *record;
  g_autoptr (GArray) masked = find_columns (job, columns);
  if (masked->len == 0)
    return true;
  /* As the load reads it. */
  own.lines = own.record_bytes;
  g_autoptr (Reader) reader = reader_new (fd, &dialect_default, &own, NULL);
  if (width == 1)
    reader_keep_blank (reader);
  for (int64_t row = 0; reader_next (reader, &record, error); row++)
    {
      if (record == NULL)
        return true;
      if (!check_record (job, masked, width, record, row, error))
        return false;
    }
  return g_prefix_error (error, "%s: what the connector brought cannot be read: ", job->name), false;
}
