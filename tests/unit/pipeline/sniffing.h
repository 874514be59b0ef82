/* What the sniffer's unit tests share: whole files in memory, and what was seen of them as text. */
#ifndef WEIR_TESTS_UNIT_PIPELINE_SNIFFING_H
#define WEIR_TESTS_UNIT_PIPELINE_SNIFFING_H

#include "pipeline/sniff/sniff.h"

#include <string.h>

/* The dialect in a line: delimiter (t: tab, 0: none; _ behind it where blanks are trimmed), quote (0: none; behind it \ where that
 * escapes), h (with how many rows) or -, skipped lines, # for comments, "trailing", newline, "bom". */
static inline char *
describe_dialect (const Dialect *dialect)
{
  const char *delimiter = dialect->delimiter[0] == '\t' ? "t" : dialect->delimiter[0] == '\0' ? "0" : dialect->delimiter;
  const char *const headers[] = { "-", "h", "h2:", "h3:" };
  return g_strdup_printf ("%s%s%c%s%s%d%s%s %s%s", delimiter, dialect->trim ? "_" : "", dialect->quote == 0 ? '0' : dialect->quote,
                          dialect->escape == ESCAPE_BACKSLASH ? "\\" : "", headers[dialect->header_rows], dialect->skip_lines,
                          dialect->comment != 0 ? "#" : "", dialect->trailing_delimiter ? " trailing" : "", dialect->newline,
                          dialect->bom > 0 ? " bom" : "");
}

/* A whole file of this text, of which nothing is known. */
static inline bool
sniff_text (const char *text, size_t length, Dialect *ret_dialect, SniffEvidence *ret_evidence, GError **error)
{
  return sniff_dialect (&(SourceHead) { text, length, true }, &(SniffInput) { "x.csv" }, ret_dialect, ret_evidence, error);
}

/* A whole file, and its dialect as described above. */
typedef struct
{
  const char *what;
  const char *input;
  const char *expected;
} SniffCase;

static inline void
expect_dialects (const SniffCase *cases, size_t count)
{
  for (const SniffCase *test = cases; test < cases + count; test++)
    {
      Dialect dialect;
      g_auto (SniffEvidence) evidence = { 0 };
      g_autoptr (GError) error = NULL;
      if (!sniff_text (test->input, strlen (test->input), &dialect, &evidence, &error))
        fail_msg ("%s: %s", test->what, error->message);
      g_autofree char *seen = describe_dialect (&dialect);
      if (!g_str_equal (seen, test->expected))
        fail_msg ("%s: %s instead of %s\n%s\n%s\n%s", test->what, seen, test->expected, evidence.delimiter, evidence.quote,
                  evidence.header);
      assert_true (evidence.confidence > 0 && evidence.confidence <= 1);
      assert_non_null (evidence.encoding);
    }
}

#endif
