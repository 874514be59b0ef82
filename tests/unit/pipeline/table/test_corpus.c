/* Small files in the shapes of RFC 4180's rules and of the csv-spectrum collection, read as detected; and the reader against
 * another one that is nothing but RFC 4180. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/autoptr.h"
#include "pipeline/table/rows.h"
#include "tests/unit/pipeline/reading.h"

#include <fcntl.h>
#include <string.h>

/* ---- files ---- */

typedef struct
{
  const char *name;
  const char *expected; /* as describe_rows says it; without "header " where a header looks like any other row */
} CorpusFile;

static const CorpusFile files[] = {
  { "rfc4180-1-lines.csv", "1 <red><green><blue>\n2 <cyan><magenta><yellow>\n" },
  { "rfc4180-2-no-last-end.csv", "1 <red><green><blue>\n2 <cyan><magenta><yellow>\n" },
  { "rfc4180-3-header.csv", "header 1 <first_color><second_color><amount>\n2 <red><green><12>\n3 <cyan><magenta><15>\n" },
  { "rfc4180-4-blanks-kept.csv", "header 1 <color>< tone ><amount>\n2 <red>< light ><12>\n3 <cyan><  dark><15>\n" },
  { "rfc4180-5-quoted-or-not.csv", "1 <red><green><blue>\n2 <cyan><magenta><yellow>\n" },
  { "rfc4180-6-line-end-inside.csv", "1 <red><gr\r\neen><blue>\n3 <cyan><magenta><yellow>\n" },
  { "rfc4180-7-doubled-quote.csv", "1 <red><gr\"een><blue>\n2 <cyan><magenta><yellow>\n" },
  { "simple.csv", "header 1 <x><y><z>\n2 <7><8><9>\n" },
  { "simple-crlf.csv", "header 1 <x><y><z>\n2 <7><8><9>\n" },
  { "comma-in-quotes.csv", "header 1 <given><family><street><town><code>\n2 <Mary><Major><5 low rd.><Smallville, KS><00501>\n" },
  { "empty.csv", "header 1 <x><y><z>\n2 <5><><>\n3 <6><7><8>\n" },
  { "empty-crlf.csv", "header 1 <x><y><z>\n2 <5><><>\n3 <6><7><8>\n" },
  { "escaped-quotes.csv", "header 1 <x><y>\n2 <5><he \"said\" so>\n3 <6><7>\n" },
  { "json.csv", "header 1 <id><shape>\n2 <5><{\"kind\": \"Line\", \"from\": [1.5, 2]}>\n" },
  { "newlines.csv", "header 1 <x><y><z>\n2 <5><6><7>\n3 <First \nsecond><8><9>\n5 <3><2><1>\n" },
  { "newlines-crlf.csv", "header 1 <x><y><z>\n2 <5><6><7>\n3 <First \r\nsecond><8><9>\n5 <3><2><1>\n" },
  { "quotes-and-newlines.csv", "header 1 <x><y>\n2 <5><oh \n\"well\" \noh>\n5 <6><7>\n" },
  { "coordinates.csv", "header 1 <Phone><Place><Town><State>\n2 <5550100><52\u00b031'12.0\"N 13\u00b024'17.9\"E><Berlin><BE>\n" },
  { "coordinates-unquoted.csv",
    "header 1 <Phone><Place><Town><State>\n2 <5550100><52\u00b031'12.0\"N 13\u00b024'17.9\"E><Berlin><BE>\n" },
  { "utf8.csv", "header 1 <x><y><z>\n2 <5><6><7>\n3 <8><9><\u0254>\n" },
};

/* As LOAD reads a file without a model: rows that are off are mended. */
static char *
describe_rows (Rows *rows)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const Record *row = NULL, *original = NULL;
  if (rows_header (rows) != NULL)
    {
      g_string_append (text, "header ");
      describe_record (text, rows_header (rows));
    }
  while (rows_next (rows, &row, &original, NULL) && row != NULL)
    describe_record (text, row);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
check_file (const CorpusFile *file)
{
  const char *source = g_getenv ("WEIR_SOURCE");
  g_autofree char *path = g_build_filename (source != NULL ? source : ".", "tests/golden/corpus", file->name, NULL);
  AUTO_FD int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    fail_msg ("could not open %s", path);
  g_autoptr (Rows) rows = rows_open (&(RowsInput) { .fd = fd, .name = file->name }, NULL);
  assert_non_null (rows);
  g_autofree char *seen = describe_rows (rows);
  bool any_header = !g_str_has_prefix (file->expected, "header ") && g_str_has_prefix (seen, "header ");
  if (!g_str_equal (any_header ? seen + strlen ("header ") : seen, file->expected))
    fail_msg ("%s, delimiter \"%s\":\n%sinstead of\n%s", file->name, rows_dialect (rows)->delimiter, seen, file->expected);
}

static void
reads_every_file_as_detected (void **state)
{
  (void) state;
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    check_file (&files[i]);
}

/* ---- another reader ---- */

typedef struct
{
  char delimiter;
  char quote;
} Marks;

static const char *
line_end (const char *at)
{
  return at + strcspn (at, "\r\n");
}

static const char *
next_line (const char *end)
{
  return end + (strncmp (end, "\r\n", 2) == 0 ? 2 : *end != '\0');
}

/* Whether the quote at "at" is an apostrophe. */
static bool
is_apostrophe (const char *begin, const char *at)
{
  return *at == '\'' && at > begin && g_ascii_isalnum (at[-1]) && g_ascii_isalnum (at[1]);
}

/* Behind the blanks at "at" that are no delimiters. */
static const char *
skip_blanks (const char *at, Marks marks)
{
  while (*at != marks.delimiter && (*at == ' ' || *at == '\t'))
    at++;
  return at;
}

/* Appends the record at "at", "<a><>-" for one with a, "" and nothing. Returns its end; NULL: it is none. */
static const char *
read_rfc4180 (const char *at, Marks marks, GString *out)
{
  enum
  {
    START,
    PLAIN,
    QUOTED,
    CLOSED
  } state = START;
  g_autoptr (GString) cell = g_string_new (NULL);
  for (const char *begin = at;; at++)
    {
      const char *behind = skip_blanks (at, marks);
      bool before_quote = state == START && *behind == marks.quote;
      if (before_quote || (state == CLOSED && strchr ("\r\n", *behind) != NULL) || (state == CLOSED && *behind == marks.delimiter))
        at = behind;                           /* beside a quote they belong to no cell */
      bool end = strchr ("\r\n", *at) != NULL; /* and at the NUL */
      if (state == QUOTED && *at == '\0')
        return NULL;
      if ((state == QUOTED || state == PLAIN) && *at == marks.quote && is_apostrophe (begin, at))
        g_string_append_c (cell, *at);
      else if (state == QUOTED && *at == marks.quote)
        state = CLOSED;
      else if (state == QUOTED || (state == CLOSED && *at == marks.quote))
        {
          g_string_append_c (cell, *at);
          state = QUOTED;
        }
      else if (end || *at == marks.delimiter)
        {
          if (state == START)
            g_string_append_c (out, '-');
          else
            g_string_append_printf (out, "<%s>", cell->str);
          if (end)
            return at;
          g_string_truncate (cell, 0);
          state = START;
        }
      else if (state == CLOSED || (state == PLAIN && *at == marks.quote))
        return NULL;
      else if (*at == marks.quote)
        state = QUOTED;
      else
        {
          g_string_append_c (cell, *at);
          state = PLAIN;
        }
    }
}

/* All records, one a line, "!" for a line that begins none; blank lines are no records. */
static char *
read_all_rfc4180 (const char *at, Marks marks)
{
  GString *out = g_string_new (NULL);
  while (*at != '\0')
    {
      const char *end = line_end (at);
      size_t blanks = strspn (at, " \t");
      if (at + blanks >= end && memchr (at, marks.delimiter, (size_t) (end - at)) == NULL)
        {
          at = next_line (end);
          continue;
        }
      gsize before = out->len;
      const char *behind = read_rfc4180 (at, marks, out);
      if (behind == NULL)
        g_string_append_c (g_string_truncate (out, before), '!');
      g_string_append_c (out, '\n');
      at = next_line (behind != NULL ? behind : end);
    }
  return g_string_free (out, FALSE);
}

static char *
read_all_ours (const char *text, Marks marks)
{
  Dialect dialect = { .delimiter = { marks.delimiter }, .quote = marks.quote };
  const ReaderLimits limits = { 65536, 65536, 1600 };
  g_autoptr (Reader) reader = reader_new_bytes (text, strlen (text), true, &dialect, &limits);
  GString *out = g_string_new (NULL);
  const Record *record = NULL;
  for (;;)
    {
      assert_true (reader_next (reader, &record, NULL));
      if (record == NULL)
        return g_string_free (out, FALSE);
      for (size_t i = 0; i < record->n_fields; i++)
        if (record->fields[i].null)
          g_string_append_c (out, '-');
        else
          g_string_append_printf (out, "<%.*s>", (int) record->fields[i].length, record->fields[i].text);
      g_string_append (out, record->problem != NULL ? "!\n" : "\n");
    }
}

static void
expect_agreement (const char *text, Marks marks)
{
  g_autofree char *expected = read_all_rfc4180 (text, marks);
  g_autofree char *seen = read_all_ours (text, marks);
  if (!g_str_equal (seen, expected))
    fail_msg ("%s\nis read as\n%s\ninstead of\n%s", text, seen, expected);
}

/* ---- texts ---- */

static const Marks all_marks[] = { { ',', '"' }, { ';', '"' }, { '\t', '\'' }, { '|', '"' } };

static char
random_byte (GRand *random, Marks marks)
{
  const char bytes[] = { 'a', 'b', ' ', '\t', '\\', '\n', '\r', marks.delimiter, marks.delimiter, marks.quote, marks.quote };
  return bytes[g_rand_int_range (random, 0, sizeof bytes)];
}

static void
agrees_on_random_text (void **state)
{
  (void) state;
  g_autoptr (GRand) random = g_rand_new_with_seed (4180);
  for (int i = 0; i < 20000; i++)
    {
      Marks marks = all_marks[i % G_N_ELEMENTS (all_marks)];
      char text[64] = "";
      for (int n = g_rand_int_range (random, 0, sizeof text - 1); n > 0; n--)
        text[n - 1] = random_byte (random, marks);
      expect_agreement (text, marks);
    }
}

static void
write_cell (GRand *random, Marks marks, GString *out)
{
  bool quoted = g_rand_boolean (random);
  if (quoted)
    g_string_append_c (out, marks.quote);
  for (int n = g_rand_int_range (random, 0, 8); n > 0; n--)
    {
      char byte = quoted ? random_byte (random, marks) : 'x';
      g_string_append_c (out, byte);
      if (byte == marks.quote)
        g_string_append_c (out, byte);
    }
  if (quoted)
    g_string_append_c (out, marks.quote);
}

static GString *
write_table (GRand *random, Marks marks)
{
  static const char *const newlines[] = { "\n", "\r\n", "\r" };
  const char *newline = newlines[g_rand_int_range (random, 0, G_N_ELEMENTS (newlines))];
  GString *out = g_string_new (NULL);
  for (int row = 0; row < 6; row++)
    {
      for (int column = 0; column < 3; column++)
        {
          if (column > 0)
            g_string_append_c (out, marks.delimiter);
          write_cell (random, marks, out);
        }
      g_string_append (out, newline);
    }
  return out;
}

static void
mutate (GRand *random, Marks marks, GString *text)
{
  gssize at = g_rand_int_range (random, 0, (gint32) text->len);
  switch (g_rand_int_range (random, 0, 3))
    {
    case 0:
      g_string_erase (text, at, 1);
      break;
    case 1:
      g_string_insert_c (text, at, random_byte (random, marks));
      break;
    default:
      text->str[at] = random_byte (random, marks);
    }
}

static void
agrees_on_mutated_tables (void **state)
{
  (void) state;
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  for (int i = 0; i < 4000; i++)
    {
      Marks marks = all_marks[i % G_N_ELEMENTS (all_marks)];
      g_autoptr (GString) text = write_table (random, marks);
      for (int mutations = 0; mutations < 4; mutations++)
        {
          expect_agreement (text->str, marks);
          mutate (random, marks, text);
        }
    }
}

int
main (void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test (reads_every_file_as_detected),
    cmocka_unit_test (agrees_on_random_text),
    cmocka_unit_test (agrees_on_mutated_tables),
  };
  return cmocka_run_group_tests (tests, NULL, NULL);
}
