/* A tap that is read: its messages become rows and columns until it has ended, or is made to. */
#ifndef WEIR_CONNECT_SINGER_READING_H
#define WEIR_CONNECT_SINGER_READING_H

#include "connect/connector.h"
#include "connect/singer/columns.h"
#include "connect/singer/records.h"
#include "connect/singer/settings.h"

/* What is asked for. Borrowed. */
typedef struct
{
  const SingerSettings *settings;
  const Request *request;
  const Json *stream; /* of the catalog; NULL: there is none */
  const char *name;   /* of the stream; NULL: the first one that comes */
  bool may_be_cut;    /* the window may end at a STATE once a limit is reached */
  int64_t most_rows;  /* then it is enough, whatever comes; 0: all (check) */
} Wanted;

typedef struct
{
  Columns columns;
  Records *rows;
  GString *state;    /* the last value; NULL: none came */
  bool has_schema;   /* a SCHEMA of the stream came */
  bool was_cut;      /* there is more */
  bool has_versions; /* records had one */
  int64_t activated; /* the newest version of an ACTIVATE_VERSION; -1: none came */
  bool is_settled;   /* one came behind all records */
} Brought;

void brought_clear (Brought *brought);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Brought, brought_clear)

/* Runs the tap with these words (settings_start) to its end. What people should know is told by notes. */
bool reading_run (const Wanted *wanted, const char *const *words, Brought *ret_brought, GError **error);

#endif
