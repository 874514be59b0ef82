/* The dialect of a delimited file: plain data, and its JSON form as it is kept in the ledger. */
#ifndef WEIR_PIPELINE_DIALECT_H
#define WEIR_PIPELINE_DIALECT_H

#include "base/json.h"

typedef enum
{
  ENCODING_UTF8,
} Encoding;

typedef struct
{
  char delimiter; /* , ; tab | ; 0 for a file of one column */
  char quote;     /* " or ', 0: none */
  bool header;
  int skip_lines; /* of preamble, before the header or the first record */
  Encoding encoding;
  int bom;             /* bytes of byte order mark at the beginning: 0 or 3 */
  const char *newline; /* "LF", "CRLF", "CR" or "mixed": for people, the reader takes all; static text */
} Dialect;

extern const Dialect dialect_default; /* comma, double quote, header, UTF-8, LF */

Json *dialect_to_json (const Dialect *dialect);

#endif
