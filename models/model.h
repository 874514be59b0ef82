/* A model: what one table means. Plain data that a test can build; models/TABLE.json on disk (see docs/models.md).
 *
 * A Model is immutable once loaded. Strings are owned by the model. */
#ifndef WEIR_MODELS_MODEL_H
#define WEIR_MODELS_MODEL_H

#include "base/digest.h"
#include "models/history.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum
{
  MODEL_DIMENSION,
  MODEL_FACT,
} ModelKind;

typedef enum
{
  KEY_HMAC_SHA256,
  KEY_UUID5,
  KEY_MD5,
} KeyHash;

/* Applied to each key cell, in this order, before it is hashed and stored. */
typedef enum
{
  NORMALIZE_TRIM = 1 << 0,      /* Unicode white space at both ends */
  NORMALIZE_NFC = 1 << 1,       /* Unicode normal form C */
  NORMALIZE_LOWERCASE = 1 << 2, /* Unicode lower case */
} Normalize;

typedef enum
{
  DUPLICATES_LAST,   /* the last line of a business key wins */
  DUPLICATES_FIRST,  /* the first does */
  DUPLICATES_REJECT, /* every line of a business key that occurs twice is a reject */
} Duplicates;

typedef enum
{
  APPEND_DISTINCT, /* bag difference by row hash and occurrence */
  APPEND_ALL,      /* every row of every file */
} Append;

/* What becomes of a fact's row whose reference the dimension does not know. */
typedef enum
{
  MISSING_WAIT,        /* it is kept until the dimension knows it, for "wait_days" */
  MISSING_REJECT,      /* it is a reject */
  MISSING_ALLOW,       /* it goes to the warehouse with the id that the entity will have */
  MISSING_PLACEHOLDER, /* the dimension gets a row with nothing but the key, which the first file that has the entity fills */
} Missing;

#define DEFAULT_WAIT_DAYS 30

/* What becomes of a fact's row that refers to whom `weir forget` erases, and of one that does so later. */
typedef enum
{
  FORGETS_NULL,   /* it refers to nobody any more */
  FORGETS_DELETE, /* it goes, too */
  FORGETS_REFUSE, /* nobody is forgotten as long as there is such a row; one of a later file is not loaded */
  FORGETS_UNSAID, /* as model_forgets says */
} Forgets;

/* Since when the rows of a file are true. */
typedef enum
{
  EFFECTIVE_ARRIVAL,   /* since their run */
  EFFECTIVE_MTIME,     /* since the file's modification time */
  EFFECTIVE_FILE_NAME, /* since the date in the file's name */
  EFFECTIVE_COLUMN,    /* each since what a column of it says */
} EffectiveKind;

/* What becomes of a row that is true since before something that the table knows of its entity. */
typedef enum
{
  LATE_SPLICE, /* it changes the past, and what is newer stays */
  LATE_APPLY,  /* its file counts from when it came */
  LATE_REFUSE, /* it is a reject */
  LATE_HOLD,   /* its file waits for a person (warehouse/guard.h) */
} Late;

/* Since when the first version of an entity holds. */
typedef enum
{
  FIRST_EFFECTIVE, /* since its row is true */
  FIRST_ALWAYS,    /* since ever */
} First;

typedef struct
{
  EffectiveKind kind;
  char *column;         /* of EFFECTIVE_COLUMN: as a model names columns */
  EffectiveKind absent; /* beside it: since when keys are gone that a full export lacks; never EFFECTIVE_COLUMN */
} ModelEffective;

#define DEFAULT_TIME_ZONE "UTC"

/* What it means that a key which holds is not in a file. */
typedef enum
{
  ABSENT_KEEP,  /* nothing: the file has changes */
  ABSENT_CLOSE, /* it is gone: the file is a full export */
} Absent;

/* A row that says that its key is gone. */
typedef struct
{
  char *column; /* as a model names columns; NULL: no row does */
  GStrv values; /* cells of it that say so, as they are written */
} ModelDeleted;

#define DEFAULT_CLOSE_PERCENT 10
#define DEFAULT_SHRINK_PERCENT 50

/* A full export is held for a person that would close more than that share of the keys, or has less than that share of the rows of the
 * one before it. */
typedef struct
{
  double close_percent, shrink_percent;
} ModelGuard;

/* When a file of the table is expected, and how large it is (docs/schedules.md). */
typedef struct
{
  char *every;           /* as base/cron.h has it; NULL: none is */
  char *by;              /* a time of day, as base/timing.h has it; NULL: it is to be there at the times of "every" */
  char *time_zone;       /* NULL: the model's */
  int64_t least_rows;    /* -1: any number */
  double change_percent; /* of the rows of the file before; negative: by any number */
} ModelExpect;

/* What becomes of a row that is off: too few or too many fields, a stray or unclosed quote. */
typedef enum
{
  RAGGED_REJECT, /* it is a reject */
  RAGGED_REPAIR, /* padded, or its surplus joined into the last field; counted, and kept in weir.reject as repaired */
  RAGGED_FAIL,   /* the first one refuses the file */
} Ragged;

/* What becomes of columns that a later file brings. */
typedef enum
{
  COLUMNS_EVOLVE,  /* they are added */
  COLUMNS_FREEZE,  /* they refuse the file */
  COLUMNS_DISCARD, /* they are staged, and go no further */
} ContractColumns;

/* What becomes of cells that are not of the type their column was first loaded with. */
typedef enum
{
  TYPES_EVOLVE, /* the type is widened where that loses nothing, else they refuse the file */
  TYPES_REJECT, /* they are rejects of their rows */
  TYPES_FREEZE, /* they refuse the file */
} ContractTypes;

/* How the table's files are written, as far as the model says: the rest is worked out from each file. */
typedef struct
{
  char *delimiter; /* NULL: not said; one or two characters, "" for a file of one column */
  char *blanks;    /* around delimiters: NULL, "keep" or "trim" */
  char *quote;     /* NULL: not said; "" for none, or one character */
  char *escape;    /* NULL, "doubled" or "backslash" */
  char *comment;   /* NULL; "" for none, or one character */
  char *encoding;  /* NULL, or one of encoding_words */
  int header_rows; /* -1: not said */
  int skip_lines;  /* -1: not said */
} ModelDialect;

typedef struct
{
  char *name;    /* as in the file's header, or as the SQL identifier made from it */
  char *type;    /* a type word such as "date", or NULL: inferred and pinned */
  char *format;  /* how the cell is written, e.g. "DD/MM/YYYY", or NULL */
  GStrv nulls;   /* cells that mean NULL besides the empty one, in place of the model's own; NULL: not said */
  bool required; /* a NULL is a reject */
  bool pii;      /* personal data: rows of the table are not shown unasked */
  GStrv from;    /* other names that it has, or had, in headers and in the warehouse; NULL: none */
  bool has_scd;  /* the model says what a change of it means: */
  Scd scd;
  bool all_versions;
} ModelColumn;

/* A fact's columns that name a dimension's business key; its id takes their place in the warehouse. */
typedef struct
{
  char *dimension; /* the referenced model's table */
  GStrv columns;   /* in the order of that model's business_key */
  char *as;        /* the column that holds the id */
  Missing missing;
  Forgets forgets;
  char *as_of; /* the fact's column that says which version of the entity is meant, as a model names columns; NULL: none */
} ModelReference;

typedef struct
{
  char *path; /* "models/users.json", relative to the home where it is inside */
  char *table;
  ModelKind kind;
  GStrv business_key; /* never NULL; empty for a keyless fact */
  char *id_column;    /* default: the table's name in the singular, then _id ("users": "user_id"), or _uuid where another column
                         has that name already; NULL for a keyless fact */
  KeyHash hash;
  char *name_space; /* UUID text for uuid5, else NULL */
  unsigned normalize;
  GPtrArray *columns;    /* of ModelColumn */
  GPtrArray *references; /* of ModelReference */
  double wait_days;      /* how long rows wait for what they refer to */
  Duplicates duplicates;
  Append append;
  ModelEffective effective;
  char *time_zone; /* where a date begins that says no zone; NULL: DEFAULT_TIME_ZONE */
  First first;
  Late late;
  Absent absent;
  GStrv close_within; /* of ABSENT_CLOSE: the file is complete only within its values of these columns; NULL: it is so altogether */
  ModelDeleted deleted;
  ModelGuard guard;
  ModelExpect expect;
  History history;    /* of a dimension */
  GStrv files;        /* globs that override the naming rule, or NULL */
  double max_percent; /* of rejects before the file is refused; negative: the setting holds */
  int64_t max_rows;   /* the same as a number of rows; negative: no such limit */
  Ragged ragged;
  ContractColumns contract_columns;
  ContractTypes contract_types;
  GStrv nulls; /* cells that mean NULL besides the unquoted empty one, or NULL */
  ModelDialect dialect;
  char checksum[SHA256_HEX_SIZE]; /* of the file's bytes */
} Model;

Model *model_new (void);
void model_free (Model *model);
void model_column_free (ModelColumn *column);
void model_reference_free (ModelReference *reference);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Model, model_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModelColumn, model_column_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModelReference, model_reference_free)

/* The declared column of that name, or NULL. */
const ModelColumn *model_find_column (const Model *model, const char *name);
/* The declared column that has exactly this name in "from", or NULL. */
const ModelColumn *model_find_column_from (const Model *model, const char *name);

/* All names by which the model calls the file's columns: of the business key, references, declared columns and their "from".
 * Borrowed, some of them twice; none of a NULL. The array is the caller's. */
GPtrArray *model_column_names (const Model *model);

bool model_is_keyless (const Model *model);   /* a fact without business_key */
bool model_has_versions (const Model *model); /* a dimension, but for one with one row of each key ("scd": 1) */

/* Whether a row may lose the reference and stay: none of its columns is required, or one that rows are known or ordered by. */
bool model_may_lose (const Model *model, const ModelReference *reference);
/* What the model says of its forgotten; where it says nothing, FORGETS_NULL where that may be, else FORGETS_REFUSE. */
Forgets model_forgets (const Model *model, const ModelReference *reference);

/* The columns that weir makes in the model's warehouse table, but for the id. Borrowed and NULL-terminated; the array is the caller's
 * (g_free). */
const char **model_own_names (const Model *model);

/* Whether a column of the file cannot have that name: one of those, or one that every staging table has (name.h). */
bool model_takes_name (const Model *model, const char *identifier);

/* A dimension has a function of this name, which gives the versions that were true at an instant: behind the table's. */
#define MODEL_ASOF_SUFFIX "_asof"

/* A fact of which a reference says "as_of" has a view of this name, each row with the versions that it means: behind the table's. */
#define MODEL_AT_SUFFIX "_at"
bool model_has_as_of (const Model *model);

/* The time zone in force; borrowed. */
const char *model_time_zone (const Model *model);
/* That in which files are expected; borrowed. */
const char *model_expect_zone (const Model *model);

/* The words used in JSON and in messages, each array by its enumeration's values and ending with NULL. normalize_step_words has the
 * steps by their bit: normalize_step_words[i] is 1 << i. */
extern const char *const model_kind_words[];
extern const char *const key_hash_words[];
extern const char *const normalize_step_words[];
extern const char *const duplicates_words[];
extern const char *const append_words[];
extern const char *const missing_words[];
extern const char *const forgets_words[];   /* but for FORGETS_UNSAID */
extern const char *const effective_words[]; /* of EFFECTIVE_MTIME and EFFECTIVE_FILE_NAME, from 0 */
extern const char *const late_words[];
extern const char *const first_words[];
extern const char *const absent_words[];
extern const char *const ragged_words[];
extern const char *const contract_columns_words[];
extern const char *const contract_types_words[];

const char *model_kind_word (ModelKind kind); /* "dimension", "fact" */
const char *key_hash_word (KeyHash hash);     /* "hmac-sha256", "uuid5", "md5" */
/* The normalize words joined by a comma, "" for none: for pins and messages. Owned by the caller. */
char *normalize_words (unsigned normalize);

#endif
