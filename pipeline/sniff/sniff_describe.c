#include "pipeline/sniff/sniff_describe.h"

#include "base/text.h"

static const char *
delimiter_word (const char *delimiter)
{
  return g_str_equal (delimiter, "\t")   ? "tab"
         : g_str_equal (delimiter, " ")  ? "space"
         : g_str_equal (delimiter, ", ") ? "comma and space"
                                         : delimiter;
}

char *
sniff_describe_delimiter (const SniffCandidate *best, const SniffCandidate *second)
{
  g_autofree char *even = text_count (best->even);
  g_autofree char *rows = text_count (best->rows->len);
  g_autoptr (GString) text = g_string_new ("delimiter ");
  if (best->dialect.delimiter[0] == '\0')
    g_string_append_printf (text, "none: nothing splits the %s rows into a better table", rows);
  else
    g_string_append_printf (text, "%s : %s of %s rows have %zu fields", delimiter_word (best->dialect.delimiter), even, rows,
                            best->fields);
  if (second->rows != NULL && second->dialect.delimiter[0] != '\0')
    g_string_append_printf (text, "; runner-up %s : %.0f %% have %zu", delimiter_word (second->dialect.delimiter),
                            100 * second->share, second->fields);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
sniff_describe_quote (const SniffCandidate *best)
{
  char quote = best->dialect.quote;
  g_autofree char *quoted = text_count (best->quoted);
  if (quote == 0)
    return g_strdup ("quote none: the quotes in the file are in the middle of cells or have no partner");
  if (best->quoted == 0)
    return g_strdup_printf ("quote %c : assumed, no cell is quoted", quote);
  return g_strdup_printf ("quote %c : around %s cell%s%s", quote, quoted, best->quoted == 1 ? "" : "s",
                          best->dialect.escape == ESCAPE_BACKSLASH ? ", escaped by a backslash" : "");
}
