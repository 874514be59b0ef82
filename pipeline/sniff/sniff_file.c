#include "pipeline/sniff/sniff_file.h"

#include "pipeline/text/decode_rest.h"
#include "pipeline/text/source.h"

bool
sniff_file (int fd, const char *name, const ModelDialect *declared, const char *const *known_names, Dialect *ret_dialect,
            SniffEvidence *ret_evidence, GError **error)
{
  g_autofree char *head = g_malloc (SNIFF_HEAD_SIZE);
  size_t length = 0;
  bool whole = false;
  Compression compression = COMPRESSION_NONE;
  if (!source_head (fd, head, SNIFF_HEAD_SIZE, &length, &whole, &compression, error))
    return g_prefix_error (error, "%s: ", name), false;
  if (!sniff_dialect (head, length, whole, declared, known_names, name, ret_dialect, ret_evidence, error))
    return false;
  ret_dialect->compression = compression;
  if (declared != NULL && declared->encoding != NULL)
    return true;
  const Encoding before = ret_dialect->encoding;
  g_autofree char *why = NULL;
  if (!decode_rest (fd, compression, head, length, whole, &ret_dialect->encoding, &why, error))
    {
      if (ret_evidence != NULL)
        sniff_evidence_clear (ret_evidence);
      return g_prefix_error (error, "%s: ", name), false;
    }
  if (ret_evidence != NULL && ret_dialect->encoding != before)
    {
      g_free (ret_evidence->encoding);
      ret_evidence->encoding = g_strdup_printf ("encoding %s: %s", encoding_word (ret_dialect->encoding), why);
    }
  return true;
}
