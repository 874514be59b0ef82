/* What a delivery asks of a destination, and what the destination has: plain data for the statements (write_sql.h). */
#ifndef WEIR_CONNECT_PG_WRITE_PLAN_H
#define WEIR_CONNECT_PG_WRITE_PLAN_H

#include "connect/connector.h"

typedef enum
{
  WRITE_UPSERT,
  WRITE_APPEND,
  WRITE_SWAP,
} WriteMode;

typedef enum
{
  GONE_DELETE,
  GONE_FLAG,
  GONE_KEEP,
} WriteGone;

typedef enum
{
  NEW_ADD,
  NEW_IGNORE,
  NEW_REFUSE,
} WriteNew;

/* Columns that are weir's own. */
#define COLUMN_GONE "weir_gone"
#define COLUMN_RUN "weir_run"

/* A column of the delivery. */
typedef struct
{
  const char *name; /* borrowed from the request */
  char *type;       /* in the staging table: as the target has it, else as it is to be made */
  bool key, entity;
  bool there;  /* the target has it */
  bool stored; /* it will be in the target: there, or to be made */
} WriteColumn;

/* "partition_by". */
typedef struct
{
  const char *column; /* NULL: there are none */
  int ahead;          /* months */
  int expire;         /* months; 0: never */
} WriteParts;

typedef struct
{
  bool is_redshift;
  char *schema, *table;          /* names */
  char *target;                  /* both, quoted */
  char *marks;                   /* weir_delivered, quoted */
  const char *job, *run, *label; /* label: the table as weir calls it */
  WriteMode mode;
  WriteGone gone;
  WriteNew new_columns;
  bool create;
  bool complete; /* all rows there are, and no others */
  bool whole;    /* all rows there are, so that they may make a table */
  bool again;    /* some of the rows may be there already */
  const Json *runs, *undone;
  WriteParts parts;
  const Json *spooled; /* the columns of the request */
  GArray *columns;     /* of WriteColumn, those of the spool file in its order */
  bool tells_gone;     /* the last of them is COLUMN_GONE */
  int64_t rows;

  bool exists;         /* the target does */
  bool is_partitioned; /* it is */
  bool is_held;        /* something depends on it, so that it must stay the table it is */
  bool is_unique;      /* an index proves the key */
} WritePlan;

/* Reads the request; mistakes are told (connect_mistake). Borrows it. */
void write_plan_read (const Request *request, bool is_redshift, WritePlan *ret_plan);
/* Mistakes of "to" alone, where nothing is delivered. */
void write_plan_check (const Request *request);
void write_plan_clear (WritePlan *plan);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WritePlan, write_plan_clear)

const WriteColumn *write_plan_column (const WritePlan *plan, const char *name); /* NULL: there is none */

/* What a type of weir is called there. Owned by the caller. */
char *write_type (const char *type, bool is_redshift);

/* "24 months", "2 years": months; 0: it is none. */
int write_months (const char *text);

#endif
