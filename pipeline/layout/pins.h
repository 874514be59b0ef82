/* Pins: what the first load of a table settled, kept in weir.table, and what later loads must agree with. Pure.
 *
 * A load reads them (pins_parse), lays its file out by them, adds what it has settled (layout_pin, pins_set_dialect) and keeps them
 * (pins_text) in the transaction that applies the file. */
#ifndef WEIR_PIPELINE_LAYOUT_PINS_H
#define WEIR_PIPELINE_LAYOUT_PINS_H

#include "base/digest.h"
#include "base/json.h"
#include "models/model.h"
#include "pipeline/layout/key.h"
#include "pipeline/types/types.h"

typedef struct
{
  const Type *type; /* NULL: the column is known, but no load has had a value in it */
  char *format;     /* NULL: the type's own */
  char *header; /* as the first file that had the column spells it; NULL: as its name; "": it has none, its name is of its place */
  char *hashed; /* the name that it has in row hashes; NULL: its own. Another one where the model has renamed it since */
  bool was_number; /* text now, and a number once */
  uint64_t nulls;  /* words of null_word.h that were read as NULL, by bit */
} Pin;

/* Column pins by name, and how the first file was written. */
typedef struct
{
  GHashTable *columns;    /* of Pin, by char * */
  Json *dialect;          /* as dialect_to_json gives it; NULL: no load yet */
  bool keep_empties;      /* "" was stored in columns without a value, too; false: an older weir has loaded it as NULL */
  GHashTable *dimensions; /* of Pins, by table: of the dimensions that a fact refers to; not kept with the table */
  GHashTable *former;     /* of GPtrArray, by column: the names under which it may be stored still (former.h); not kept either */
} Pins;

void pin_free (Pin *pin);

Pins *pins_new (void);
void pins_free (Pins *pins);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pins, pins_free)

/* From JSON text as kept in the ledger; NULL gives no pins. Errors: MODEL. */
Pins *pins_parse (const char *text, GError **error);
void pins_set (Pins *pins, const char *column, const Type *type, const char *format);
Pin *pins_add (Pins *pins, const char *column);              /* the column's pin, made where there is none */
const Pin *pins_find (const Pins *pins, const char *column); /* NULL: no type is pinned */
bool pins_know (const Pins *pins, const char *column);       /* whether a load has had the column */
/* The column that was first seen under exactly this header and is not in "taken", a set of names; of several (b, b_2: the header
 * was there twice) the first. NULL: there is none. */
const char *pins_find_header (const Pins *pins, const char *header, GHashTable *taken);
/* The same for a column without a header, whose name is, or begins with, that of its place ("column_3"). */
const char *pins_find_nameless (const Pins *pins, const char *place, GHashTable *taken);
bool pin_is_nameless (const Pin *pin); /* whether its column has no header; false of NULL */
/* The name that the column, pinned or not, has in row hashes: no other one has it there. Owned by the caller. */
char *pins_hash_name (const Pins *pins, const char *column);
/* The names of the columns, borrowed; the array (NULL-terminated) is the caller's. */
const char **pins_names (const Pins *pins);
bool pins_are_empty (const Pins *pins);

void pins_set_dimension (Pins *pins, const char *table, Pins *dimension); /* takes the dimension's */

/* What the columns of a table's key hold, in their order: as the model declares, else as pinned ("pins" may be NULL). The array is
 * the caller's, what it points to is the model's and the pins'. */
KeyType *key_types (const Model *model, const Pins *pins);

/* ["NA", "-"] for the words of null_word.h. A new reference. */
Json *null_words_to_json (uint64_t words);

/* JSON text with the columns sorted by name: equal pins give equal text. Owned by the caller. */
char *pins_text (const Pins *pins);
void pins_checksum (const Pins *pins, char hex[SHA256_HEX_SIZE]); /* of the columns alone */

/* Pins the dialect of the first load. Takes the reference. Later ones change nothing. */
void pins_set_dialect (Pins *pins, Json *dialect);

/* "delimiter \";\" instead of \",\"" for what a later file does otherwise than the first, NULL: nothing. Owned by the caller. */
char *pins_compare_dialect (const Pins *pins, const Json *dialect);

/* The key definition of a model and the secret in use as JSON text: {"columns","hash","normalize","namespace","fingerprint"}. NULL
 * for a keyless fact. Owned by the caller. */
char *key_definition (const Model *model, const void *secret, size_t secret_length);

/* Whether two key definitions are the same; if not, a MODEL error that names what differs ("key_changed"). pinned NULL: nothing is
 * pinned yet. */
bool key_definition_check (const char *table, const char *pinned, const char *now, GError **error);

#endif
