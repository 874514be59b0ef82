/* The dialect of a delimited file: plain data, and its JSON form as it is kept in the ledger. */
#ifndef WEIR_PIPELINE_TEXT_DIALECT_H
#define WEIR_PIPELINE_TEXT_DIALECT_H

#include "base/json.h"
#include "models/encoding.h"

typedef enum
{
  COMPRESSION_NONE,
  COMPRESSION_GZIP, /* RFC 1952, several members too */
  COMPRESSION_ZSTD, /* RFC 8878, several frames too */
} Compression;

typedef enum
{
  ESCAPE_DOUBLED,   /* "" inside quotes is one quote */
  ESCAPE_BACKSLASH, /* \" is; \\ is a backslash, \ before anything else stands for itself */
} Escape;

typedef struct
{
  char delimiter[3]; /* one or two characters: "," ";" "\t" "|" ":" "^" "~" " " ", " ...; "" for a file of one column */
  bool trim;         /* blanks around its delimiters belong to no cell, otherwise to those without quotes; where the delimiter is
                        a space itself, any number of them is one, and they are none at the ends of a line */
  char quote;        /* " or ', 0: none */
  Escape escape;
  int header_rows;         /* 0: no header; more than one are joined by a blank, column by column */
  int skip_lines;          /* of preamble, before the header or the first record */
  char comment;            /* records whose first byte this is are comments, passed over; 0: none */
  bool trailing_delimiter; /* every record ends with a delimiter that begins no column */
  Encoding encoding;
  Compression compression;
  int bom;             /* bytes of byte order mark at the beginning */
  const char *newline; /* "LF", "CRLF", "CR" or "mixed": for people, the reader takes all; static text */
} Dialect;

extern const Dialect dialect_default; /* comma, double quote, doubled, one header row, UTF-8, LF */

Json *dialect_to_json (const Dialect *dialect);

/* Back again, as far as records are cut by it: delimiter, blanks, quote, escape and the delimiter behind the last cell; all else is as in
 * dialect_default. */
Dialect dialect_of_records (const Json *json);

/* What a model says to have files read so: "dialect": {"delimiter": ";", ..., "skip_lines": 3}; for a file of one column "delimiter": "".
 * Whatever a file is sniffed for is said, also where it is as it nearly always is: what is not would be sniffed anew. Owned by the
 * caller. */
char *dialect_to_model (const Dialect *dialect);

/* How many bytes behind "at", and before "end", are blanks that may be around a delimiter: spaces, tabs and no-break spaces, but for
 * one that begins the delimiter itself, unless it is a space among others (trim). */
size_t dialect_blanks_behind (const Dialect *dialect, const char *at, const char *end);
size_t dialect_blanks_before (const Dialect *dialect, const char *begin, const char *end);

/* How many of the blanks behind a closing quote, at "at", are before the next delimiter. */
size_t dialect_blanks_to_delimiter (const Dialect *dialect, const char *at, const char *end);

/* Whether text[at], a quote, is an apostrophe: one between letters or digits, which begins or ends no cell. */
bool dialect_is_apostrophe (const Dialect *dialect, const char *text, size_t at, size_t length);

/* Appends a cell as a file of this dialect writes it, in quotes where it must be, or "always". Without a quote the delimiter's
 * characters and line ends become blanks, or "_" where the delimiter is or has a blank. */
void dialect_append_cell (const Dialect *dialect, const char *cell, bool always, GString *line);

#endif
