#include "src/words/kept_output.h"

#include "base/text.h"

#include <string.h>

struct KeptOutput
{
  GString *beginning;
  GString *end; /* of what is behind the beginning: at least its last KEPT_END bytes */
  int64_t total;
};

KeptOutput *
kept_output_new (void)
{
  KeptOutput *kept = g_new0 (KeptOutput, 1);
  kept->beginning = g_string_new (NULL);
  kept->end = g_string_new (NULL);
  return kept;
}

void
kept_output_free (KeptOutput *kept)
{
  g_string_free (kept->beginning, TRUE);
  g_string_free (kept->end, TRUE);
  g_free (kept);
}

void
kept_output_add (KeptOutput *kept, const char *bytes, size_t length)
{
  size_t first = MIN (length, KEPT_BEGINNING - kept->beginning->len);
  kept->total += (int64_t) length;
  g_string_append_len (kept->beginning, bytes, (gssize) first);
  g_string_append_len (kept->end, bytes + first, (gssize) (length - first));
  /* Not for each piece: the bytes that stay are moved. */
  if (kept->end->len > 2 * (gsize) KEPT_END)
    g_string_erase (kept->end, 0, (gssize) (kept->end->len - KEPT_END));
}

int64_t
kept_output_total (const KeptOutput *kept)
{
  return kept->total;
}

static void
append_hex (GString *hex, const char *bytes, size_t length)
{
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < length; i++)
    {
      g_string_append_c (hex, digits[(unsigned char) bytes[i] >> 4]);
      g_string_append_c (hex, digits[(unsigned char) bytes[i] & 15]);
    }
}

char *
kept_output_hex (const KeptOutput *kept)
{
  GString *hex = g_string_new (NULL);
  size_t end = MIN (kept->end->len, (size_t) KEPT_END);
  int64_t left_out = kept->total - (int64_t) (kept->beginning->len + end);
  append_hex (hex, kept->beginning->str, kept->beginning->len);
  if (left_out > 0)
    {
      g_autofree char *count = text_count (left_out), *line = g_strdup_printf ("\n... %s bytes left out ...\n", count);
      append_hex (hex, line, strlen (line));
    }
  append_hex (hex, kept->end->str + kept->end->len - end, end);
  return g_string_free (hex, FALSE);
}
