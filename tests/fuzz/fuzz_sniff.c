/* The sniffer over any bytes; what it finds must read the file to its end. */
#include "tests/fuzz/accounted.h"

#include "pipeline/sniff/sniff.h"

static const ReaderLimits limits = { 65536, 65536, 1600 };

static void
require_sense (const Dialect *dialect, const SniffEvidence *evidence)
{
  REQUIRE (evidence->delimiter != NULL && evidence->quote != NULL && evidence->header != NULL && evidence->encoding != NULL);
  REQUIRE (evidence->confidence >= 0 && evidence->confidence <= 1);
  REQUIRE (dialect->header_rows >= 0 && dialect->skip_lines >= 0 && dialect->newline != NULL);
  REQUIRE (dialect->compression == COMPRESSION_NONE);
  g_autoptr (Json) json = dialect_to_json (dialect);
  REQUIRE (json != NULL);
}

static void
read_as_found (const char *bytes, size_t size, const Dialect *dialect, const SniffEvidence *evidence)
{
  g_autoptr (Reader) reader = reader_new_bytes (bytes, size, true, dialect, &limits);
  const Record *record = NULL;
  while (reader_next (reader, &record, NULL) && record != NULL)
    sniff_is_row (evidence, record);
  require_accounted (bytes, size, dialect, &limits, MAX (evidence->fields, 1));
}

static void
sniff (const char *bytes, size_t size, bool whole)
{
  Dialect dialect;
  g_auto (SniffEvidence) evidence = { 0 };
  g_autoptr (GError) error = NULL;
  bool good = sniff_dialect (&(SourceHead) { bytes, size, whole }, &(SniffInput) { "fuzz.csv" }, &dialect, &evidence, &error);
  REQUIRE (good == (error == NULL));
  if (!good)
    REQUIRE (g_error_matches (error, WEIR_ERROR, WEIR_ERROR_INPUT));
  else
    {
      require_sense (&dialect, &evidence);
      if (whole)
        read_as_found (bytes, size, &dialect, &evidence);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  sniff ((const char *) data, size, true);
  sniff ((const char *) data, size, false);
  return 0;
}
