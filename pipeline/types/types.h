/* The types: one table of rows, each saying how a cell of text becomes a value, its binary COPY form, and the bytes it is hashed
 * by.
 *
 * A new type is a new row. Formats of PostgreSQL's binary representation: src/backend/utils/adt/{int8,numeric,float,date,timestamp,
 * uuid,jsonb}.c (the *_recv functions). A Value borrows its cell. Parsing never allocates, but for jsonb; nothing depends on the
 * locale. */
#ifndef WEIR_PIPELINE_TYPES_TYPES_H
#define WEIR_PIPELINE_TYPES_TYPES_H

#include "pipeline/types/cell_format.h"

#include <glib.h>

typedef enum
{
  TYPE_BOOLEAN,
  TYPE_BIGINT,
  TYPE_NUMERIC,
  TYPE_DOUBLE,
  TYPE_DATE,
  TYPE_TIME,
  TYPE_TIMESTAMP,
  TYPE_TIMESTAMPTZ,
  TYPE_UUID,
  TYPE_JSONB,
  TYPE_TEXT,
  TYPE_COUNT
} TypeId;

#define NUMERIC_MAX_DIGITS 1000 /* significant decimal digits and fraction digits we take; beyond that a number stays text */

#define DECIMAL_SHORT 16 /* digits whose number, filled up with zeros to a multiple of four, is less than 2^64 */

/* A number in decimal digits. It points into the text it was scanned from. The digits are whole followed by fraction; those from
 * "first" to before "last" are significant (no zeros at either end), and first == last says that the number is zero. */
typedef struct
{
  bool negative; /* never of zero, which has no sign */
  bool has_exponent;
  bool by_two;          /* the whole digits are grouped so */
  const char *whole;    /* before the point: no superfluous zeros, maybe nothing */
  size_t n_whole;       /* digits; the marks between them are not counted */
  size_t mark;          /* bytes of the mark between groups of whole digits; 0: they are not grouped */
  const char *fraction; /* behind the point, trailing zeros included */
  size_t n_fraction;
  size_t first;
  size_t last;
  int32_t point; /* the value is 0.DDD x 10^point, DDD being the significant digits; meaningless for zero */
  uint64_t
      number; /* that all its digits make, the point left out; meaningless if there are more than DECIMAL_SHORT of them. Of none at all: a
                      Special (types_rows.h) */
} Decimal;

/* A parsed cell. Which member holds is the type's business. */
typedef struct
{
  union
  {
    bool boolean;
    int64_t integer; /* bigint; days since 2000-01-01 for a date; microseconds since midnight for a time, since 2000-01-01 00:00
                        (UTC) for timestamps */
    double real;
    uint8_t uuid[16];
  };
  const char *text; /* text, jsonb: the cell itself, borrowed */
  size_t length;    /* of the cell that the value borrows; 0: it borrows nothing */
  Decimal decimal;  /* numeric, double: digits in the cell, borrowed */
} Value;

typedef struct
{
  TypeId id;
  const char *name; /* the SQL name, which is also the word in models: "double precision" */
  uint32_t oid;     /* pg_type.oid, for reading column types back */

  /* Whether the cell is of this type, and its value. A cell that would lose information ("00123" as bigint) is not of the type. On
   * false *ret_value is undefined. */
  bool (*parse) (const char *cell, size_t length, const CellFormat *format, Value *ret_value);

  /* The same for a cell in the type's own way where this type is only inferred, NULL: as parse says. (A declared boolean takes yes
   * and no, inference only true and false; a declared bigint takes 0.0, inference gives it to numeric.) */
  bool (*recognize) (const char *cell, size_t length, const CellFormat *format, Value *ret_value);

  /* Writes the value in binary COPY form, without the 4-byte length before it. Like "canonical" it returns the place behind, and
   * takes at most type_room of the value. */
  uint8_t *(*encode) (const Value *value, uint8_t *out);

  /* Writes the bytes that stand for the value's meaning, behind a letter for its class: all numbers alike (5, 5.0, 5e0), all
   * instants alike (a date is its midnight). Never used as a key. */
  uint8_t *(*canonical) (const Value *value, uint8_t *out);

  /* Appends the one text of the value, by which keys know it and which "parse" takes without a format: as PostgreSQL writes it,
   * numbers with no exponent and no zeros behind their last decimal, a timestamptz in UTC as 2026-11-20T09:30:00Z, whatever the
   * session's time zone. NULL: the value is its spelling (text, jsonb). */
  void (*write) (const Value *value, GString *out);
} Type;

extern const Type types[TYPE_COUNT];

/* Whether one cell is of the type as a source writes it that knows its types, PostgreSQL above all: beside what "parse" takes NaN and infinity, years
 * before 1 ("0044-03-15 BC") and beyond 9999, 24:00:00, and JSON of any kind. By type. */
typedef bool TypeParse (const char *cell, size_t length, const CellFormat *format, Value *ret_value);
extern TypeParse *const types_exact[TYPE_COUNT];

/* Also by PostgreSQL's other names (int8, integer, bool, float8, decimal, varchar ...), in any case; NULL: unknown. */
const Type *types_find (const char *name);
const Type *types_by_oid (uint32_t oid); /* TEXT for varchar too; NULL: not one of ours */
const char *const *types_words (void);   /* NULL-terminated names, for models and messages */

/* Whether cells of a type can be written in that format.
 *
 * A date has YYYY, MM and DD once each with literals between ("DD/MM/YYYY", "YYYYMMDD"), or Mon or Month in place of MM for the
 * English name, in full or its first three letters, format and cell in any case ("DD Mon YYYY"), or YY in place of YYYY: 69 to 99
 * are 1969 to 1999, 00 to 68 are 2000 to 2068, as for strptime in POSIX. A time has HH24 (or HH12 and AM), MI and maybe SS, a
 * timestamp or timestamptz both, and timestamptz maybe TZ at its end (without it cells are taken as UTC). Literals are anything but
 * letters and digits, and the letters T and Z. Days, months and hours may have one digit or two where a literal or the end of the
 * cell follows; seconds may have a fraction. A blank before AM and TZ may be there or not.
 *
 * A numeric or double precision shows its marks around nines: "9,9" is a decimal comma, "9,999.9" and "9.999,9" group by threes as
 * well (also by a blank or an apostrophe), "9,99,999.9" as in India, "9,999" has no fraction; bigint takes only the last kind. A
 * cell may do without the marks, but has all or none of them. "percent" and "currency" go before it: types_decimal.h.
 *
 * A boolean has the two words for true and false, which are taken in any case: "yes/no". */
bool types_format_fits (const char *type, const char *format);

extern const CellFormat cell_format_own; /* the type's own */

/* Reads a format that types_format_fits accepts, or NULL. Borrows the text. */
void cell_format_read (CellFormat *ret_format, TypeId type, const char *text);

/* Whether one cell is of the type, written in that format; whoever asks of many reads the format once. */
bool type_parse (const Type *type, const char *cell, size_t length, const char *format, Value *ret_value);

/* The same where the type is only inferred. */
bool type_recognize (const Type *type, const char *cell, size_t length, const char *format, Value *ret_value);

/* The bytes that encode or canonical write at most: no more digits than the text has, and what stands around them. */
#define TYPE_ROOM 32

static inline size_t
type_room (const Value *value)
{
  return TYPE_ROOM + value->length;
}

/* Takes blanks, tabs and no-break spaces away at both ends: what no type but text and jsonb counts as part of a value. */
void types_trim (const char **cell, size_t *length);

/* Whether every value of "from" is kept when the column becomes "to": bigint to numeric, bigint or numeric to text, and any type to
 * itself. */
bool types_widens (TypeId from, TypeId to);

#endif
