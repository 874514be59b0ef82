/* What did not come as it should: files that are expected and do not come ("stale"), and files with other numbers of rows than they have else
 * ("rows"). Each is told once, and once more when it is over; so are pulls and deliveries that fail ("pull", "push": schema/ledger_trouble.h). */
#ifndef WEIR_SRC_SCHEDULE_INCIDENT_H
#define WEIR_SRC_SCHEDULE_INCIDENT_H

#include "base/db.h"
#include "base/json.h"
#include "src/schedule/piece.h"

/* One as a sentence, by its kind and detail. Owned by the caller. */
char *incident_text (const char *kind, const char *table, const Json *detail);
/* The same of a row of incident_list. */
char *incident_row_text (const DbResult *rows, int row);

/* Whether a file that counts for the due time has come. */
typedef struct
{
  bool came, waits; /* waits: none, but one is in work or lies in the drop folder */
  char *file;       /* that came, or lies there; owned */
  char *since;      /* since when files count; owned */
} Arrival;

void arrival_clear (Arrival *arrival);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arrival, arrival_clear)

/* A file of the table that lies in the drop folder; NULL: there is none, or it cannot be seen. Owned by the caller. Looked for before the arrival:
 * what is loaded in between is found by that. */
char *incident_find_lying (const Settings *settings, const Catalog *catalog, const char *table);

bool incident_find_arrival (Db *db, const Piece *piece, int64_t due, const char *lying, Arrival *ret_arrival, GError **error);

/* Opens "stale" for the due time. *ret_text: what there is to tell; NULL: it was told already. In the caller's transaction. */
bool incident_open_stale (Db *db, const Piece *piece, int64_t due, const Arrival *arrival, char **ret_text, GError **error);

/* Closes those of tables whose file has come, and looks at the rows of files that are new; "texts" (of char *) gets what there is to tell. */
bool incident_look (Db *db, const GPtrArray *pieces, GPtrArray *texts, GError **error);

/* What a file's rows are compared with. */
typedef struct
{
  int64_t rows;
  int64_t before, good;  /* of the file before, and of the last that was as it should be; -1: there is none */
  int64_t least;         /* -1: any number */
  double change_percent; /* negative: by any number */
} RowCheck;

/* Whether they are as they should be. Pure. */
bool incident_rows_are_usual (const RowCheck *check);

#endif
