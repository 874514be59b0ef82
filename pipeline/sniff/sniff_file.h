/* The dialect of a file: its head is read, sniffed, and where that is not enough for its encoding, looked behind. */
#ifndef WEIR_PIPELINE_SNIFF_SNIFF_FILE_H
#define WEIR_PIPELINE_SNIFF_SNIFF_FILE_H

#include "pipeline/sniff/sniff.h"

/* As sniff_dialect, of the file open on fd (borrowed, its offset is left alone), with its compression. Errors name the file. */
bool sniff_file (int fd, const char *name, const ModelDialect *declared, const char *const *known_names, Dialect *ret_dialect,
                 SniffEvidence *ret_evidence, GError **error);

#endif
