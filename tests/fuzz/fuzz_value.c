/* A cell through a type: the first byte says which, then a format up to the first line end, then the cell. What is taken must be
 * what was written. */
#include "tests/fuzz/fuzz.h"

#include "pipeline/types/infer.h"
#include "pipeline/types/types.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MICROSECONDS_PER_DAY INT64_C (86400000000)
#define JULIAN_2000 730120 /* as GDate counts: 1 is 0001-01-01 */

typedef struct
{
  const Type *type;
  const char *format; /* or NULL */
  const char *cell;
  size_t length;
} Cell;

static GByteArray *
bytes_of (const Cell *cell, const Value *value, bool canonical)
{
  uint8_t *bytes = g_malloc (type_room (value));
  uint8_t *end = (canonical ? cell->type->canonical : cell->type->encode) (value, bytes);
  return g_byte_array_new_take (bytes, (gsize) (end - bytes));
}

static bool
equal (const GByteArray *one, const GByteArray *other)
{
  return one->len == other->len && (one->len == 0 || memcmp (one->data, other->data, one->len) == 0);
}

/* ---- printed again, from the binary form alone ---- */

static int
word_at (const GByteArray *bytes, guint index)
{
  REQUIRE (2 * index + 2 <= bytes->len);
  return bytes->data[2 * index] << 8 | bytes->data[2 * index + 1];
}

/* As PostgreSQL's numeric_out: the digits in groups of four, "weight" groups and one before the point, "scale" digits behind it. */
static void
print_numeric (const GByteArray *bytes, GString *out)
{
  int groups = word_at (bytes, 0), weight = (int16_t) word_at (bytes, 1), scale = word_at (bytes, 3);
  REQUIRE (bytes->len == (guint) (8 + 2 * groups));
  g_string_append (out, word_at (bytes, 2) != 0 ? "-" : "");
  gsize start = out->len;
  for (int i = 0; i <= weight && groups > 0; i++)
    g_string_append_printf (out, out->len == start ? "%d" : "%04d", i < groups ? word_at (bytes, 4 + (guint) i) : 0);
  /* It counts as a digit: not where there are as many as we take. */
  g_string_append (out, out->len == start && scale < NUMERIC_MAX_DIGITS ? "0" : "");
  gsize whole = out->len;
  g_string_append (out, scale > 0 ? "." : "");
  for (int i = weight + 1; out->len < whole + 1 + (gsize) scale; i++)
    g_string_append_printf (out, "%04d", i >= 0 && i < groups ? word_at (bytes, 4 + (guint) i) : 0);
  if (scale > 0)
    g_string_truncate (out, whole + 1 + (gsize) scale);
  else
    g_string_truncate (out, whole);
}

/* Nothing where the year is none that is written with four digits, which an offset may cause. */
static void
print_day (int64_t days, GString *out)
{
  if (days + JULIAN_2000 < 1)
    return;
  GDate date;
  g_date_clear (&date, 1);
  g_date_set_julian (&date, (guint32) (days + JULIAN_2000));
  if (g_date_get_year (&date) <= 9999)
    g_string_append_printf (out, "%04d-%02d-%02d", g_date_get_year (&date), (int) g_date_get_month (&date), g_date_get_day (&date));
}

static void
print_instant (int64_t instant, GString *out)
{
  int64_t rest = instant % MICROSECONDS_PER_DAY;
  rest += rest < 0 ? MICROSECONDS_PER_DAY : 0;
  print_day ((instant - rest) / MICROSECONDS_PER_DAY, out);
  int seconds = (int) (rest / 1000000);
  if (out->len > 0)
    g_string_append_printf (out, " %02d:%02d:%02d.%06d", seconds / 3600, seconds / 60 % 60, seconds % 60, (int) (rest % 1000000));
}

static int64_t
integer_of (const GByteArray *bytes)
{
  uint64_t bits = 0;
  for (guint i = 0; i < bytes->len; i++)
    bits = bits << 8 | bytes->data[i];
  return bytes->len == 4 ? (int32_t) bits : (int64_t) bits;
}

/* The fewest digits that are taken; the nearest of these are not for a midpoint, nor always above a power of two. */
static void
print_double (const GByteArray *bytes, GString *out)
{
  int64_t bits = integer_of (bytes);
  double real;
  memcpy (&real, &bits, sizeof real);
  for (int precision = 1; precision <= 17; precision++)
    {
      Value value = { 0 };
      g_string_printf (out, "%.*g", precision, real);
      char *plus = strchr (out->str, '+');
      if (plus != NULL)
        g_string_erase (out, plus - out->str, 1);
      if (g_ascii_strtod (out->str, NULL) == real && type_parse (&types[TYPE_DOUBLE], out->str, out->len, NULL, &value))
        return;
    }
  int unused;
  REQUIRE (fabs (frexp (real, &unused)) == 0.5);
  g_string_truncate (out, 0);
}

static void
print_uuid (const GByteArray *bytes, GString *out)
{
  for (guint i = 0; i < bytes->len; i++)
    g_string_append_printf (out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes->data[i]);
}

/* The value in the type's own way; "": there is none. */
static GString *
print_value (TypeId id, const GByteArray *bytes)
{
  GString *out = g_string_new (NULL);
  switch (id)
    {
    case TYPE_BOOLEAN:
      g_string_append (out, bytes->data[0] != 0 ? "true" : "false");
      break;
    case TYPE_BIGINT:
      g_string_append_printf (out, "%" PRId64, integer_of (bytes));
      break;
    case TYPE_NUMERIC:
      print_numeric (bytes, out);
      break;
    case TYPE_DOUBLE:
      print_double (bytes, out);
      break;
    case TYPE_DATE:
      print_day (integer_of (bytes), out);
      break;
    case TYPE_TIME:
      print_instant (integer_of (bytes), out);
      g_string_erase (out, 0, (gssize) strlen ("2000-01-01 "));
      break;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
      print_instant (integer_of (bytes), out);
      g_string_append (out, id == TYPE_TIMESTAMPTZ && out->len > 0 ? "Z" : "");
      break;
    case TYPE_UUID:
      print_uuid (bytes, out);
      break;
    case TYPE_JSONB:
      g_string_append_len (out, (char *) bytes->data + 1, bytes->len - 1);
      break;
    default:
      g_string_append_len (out, (char *) bytes->data, bytes->len);
    }
  return out;
}

/* ---- what must hold ---- */

static bool
is_cell (const Cell *cell, const char *text, size_t length)
{
  return cell->length == length && memcmp (cell->cell, text, length) == 0;
}

/* +5, .5, 5., -0 and 5e1 are 5, 0.5, 5, 0 and 50; 0.0 is 0 where all are whole. */
static bool
is_written_otherwise (const Cell *cell, const GString *printed)
{
  const char *at = cell->cell, *end = at + cell->length;
  bool minus = *at == '-';
  bool sign = *at == '+' || (minus && printed->str[0] != '-');
  bool rounded = cell->type->id == TYPE_BIGINT && memchr (at, '.', cell->length) != NULL;
  return sign || rounded || at[minus] == '.' || end[-1] == '.' || memchr (at, 'e', cell->length) != NULL
         || memchr (at, 'E', cell->length) != NULL;
}

/* Some types have one way to write a value; we must have got that one. */
static void
require_same_text (const Cell *cell, const GString *printed)
{
  TypeId id = cell->type->id;
  if (id == TYPE_UUID)
    REQUIRE (cell->length == printed->len && g_ascii_strncasecmp (cell->cell, printed->str, printed->len) == 0);
  if (id == TYPE_TEXT || id == TYPE_JSONB
      || (cell->format == NULL && (id == TYPE_BIGINT || id == TYPE_NUMERIC) && !is_written_otherwise (cell, printed)))
    REQUIRE (is_cell (cell, printed->str, printed->len));
  if (id == TYPE_DOUBLE && cell->format == NULL)
    {
      g_autofree char *text = g_strndup (cell->cell, cell->length);
      REQUIRE (g_ascii_strtod (text, NULL) == g_ascii_strtod (printed->str, NULL));
    }
}

/* The printed text must be the value again. */
static void
require_round_trip (const Cell *cell, const GByteArray *encoded, const GByteArray *canonical)
{
  g_autoptr (GString) printed = print_value (cell->type->id, encoded);
  if (printed->len == 0 && cell->length > 0)
    return;
  require_same_text (cell, printed);
  Cell again = { cell->type, NULL, printed->str, printed->len };
  Value value = { 0 };
  REQUIRE (type_parse (cell->type, again.cell, again.length, NULL, &value));
  g_autoptr (GByteArray) encoded_again = bytes_of (&again, &value, false);
  g_autoptr (GByteArray) canonical_again = bytes_of (&again, &value, true);
  REQUIRE (equal (encoded, encoded_again) && equal (canonical, canonical_again));
}

/* What two types of number take is the same number; what is a bigint is a numeric, but for a rounded 0.00 among whole numbers. */
static void
require_agreement (const Cell *cell, const Value *parsed, const GByteArray *canonical)
{
  if (cell->type->id != TYPE_BIGINT && cell->type->id != TYPE_DOUBLE)
    return;
  Value value = { 0 };
  Cell numeric = { &types[TYPE_NUMERIC], cell->format, cell->cell, cell->length };
  bool taken = type_parse (&types[TYPE_NUMERIC], cell->cell, cell->length, cell->format, &value);
  if (cell->type->id == TYPE_BIGINT)
    REQUIRE (taken || (parsed->integer == 0 && memchr (cell->cell, '0', cell->length) != NULL));
  if (!taken)
    return;
  g_autoptr (GByteArray) other = bytes_of (&numeric, &value, true);
  REQUIRE (equal (canonical, other));
}

static void
check_cell (const Cell *cell)
{
  Value value = { 0 };
  if (!type_parse (cell->type, cell->cell, cell->length, cell->format, &value))
    return;
  g_autoptr (GByteArray) encoded = bytes_of (cell, &value, false);
  g_autoptr (GByteArray) canonical = bytes_of (cell, &value, true);
  REQUIRE (canonical->len > 0);
  require_round_trip (cell, encoded, canonical);
  require_agreement (cell, &value, canonical);
}

/* What one cell is inferred to be takes that cell. */
static void
check_inference (const char *cell, size_t length)
{
  ColumnGuess guess;
  infer_init (&guess);
  infer_cell (&guess, cell, length, false);
  InferResult result;
  infer_result (&guess, &result);
  REQUIRE (result.type != NULL && (result.format == NULL || types_format_fits (result.type->name, result.format)));
  Value value = { 0 };
  if (result.type->id != TYPE_TEXT)
    types_trim (&cell, &length);
  REQUIRE (length == 0 || type_parse (result.type, cell, length, result.format, &value));
  for (int way = 0; way < 2; way++)
    {
      g_autofree char *text = infer_way (&result, way);
      const Type *type = result.ways[way].type;
      const char *format = result.ways[way].format;
      REQUIRE ((text != NULL) == (type != NULL));
      REQUIRE (format == NULL || (type != NULL && types_format_fits (type->name, format)));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *line_end = size > 0 ? memchr (data, '\n', size) : NULL;
  if (line_end == NULL || line_end == data)
    return 0;
  Cell cell = { .type = &types[data[0] % TYPE_COUNT], .length = size - (size_t) (line_end + 1 - data) };
  g_autofree char *format = g_strndup ((const char *) data + 1, (size_t) (line_end - data) - 1);
  cell.format = types_format_fits (cell.type->name, format) ? format : NULL;
  cell.cell = (const char *) line_end + 1;
  check_cell (&cell);
  check_inference (cell.cell, cell.length);
  return 0;
}
