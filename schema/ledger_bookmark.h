/* How far each source was read (weir.bookmark), and which of its files were seen (weir.pulled_file). Its SQL is schema/templates/bookmark.sql.
 *
 * A bookmark belongs to a source, the name of a job, and to one of its streams. Its position is the connector's affair: any JSON but null, which
 * weir compares, as jsonb, and hands back. It moves in the transaction in which a run is COMPLETED, from where the run's file begins to where it
 * ends, or the run is refused. All happens in the caller's transaction; errors are those of base/db.h where nothing else is said. */
#ifndef WEIR_SCHEMA_LEDGER_BOOKMARK_H
#define WEIR_SCHEMA_LEDGER_BOOKMARK_H

#include "base/db.h"
#include "base/json.h"
#include "base/uid.h"

/* NULL in *ret_position: there is none. A new reference. */
bool ledger_bookmark_find (Db *db, const char *source, const char *stream, Json **ret_position, GError **error);

/* Whether it is at "from"; NULL, or JSON's null: there is none. INPUT ("bookmark_moved") where it is not, which says who has moved it. */
bool ledger_bookmark_check (Db *db, const char *source, const char *stream, const Json *from, GError **error);

/* The same, and moves it to "to": compare and set. Waits for whoever is about to move it. run: all zero where there is none, as nothing was loaded. */
bool ledger_bookmark_move (Db *db, const char *source, const char *stream, const Json *from, const Json *to, Uid run,
                           GError **error);

/* Which run of the file before "run", whose work it does once more, has moved the bookmark of its declaration, and was not taken back. NULL: none
 * has. "before": the run that it is a retry of. Owned by the caller. */
bool ledger_bookmark_moved_by (Db *db, Uid run, const char *before, char **ret_run, GError **error);

/* Whether an applied file of the table with these bytes had the same columns and meant the same by its rows, as a declaration (JSON text) says. */
bool ledger_declared_alike (Db *db, const char *table, const char *sha256, const char *declaration, bool is_keyless,
                            bool *ret_alike, GError **error);

/* Whether a file with these bytes has moved the bookmark to where it is, and nothing of it was rejected. */
bool ledger_bookmark_brought (Db *db, const char *source, const char *stream, const char *sha256, bool *ret_brought,
                              GError **error);

/* Whether these bytes are what is left of others since somebody was forgotten; of_sha256 NULL: of any. */
bool ledger_is_cut (Db *db, const char *sha256, const char *of_sha256, bool *ret_is, GError **error);

/* By hand: to a position, which keeps the one before for ledger_bookmark_rewind; NULL forgets it, so that the source is read from its
 * beginning. */
bool ledger_bookmark_set (Db *db, const char *source, const char *stream, const Json *position, GError **error);

/* One step back, once: *ret_position is where it is then, NULL: nowhere, as before the first. MODEL where there is no step back. */
bool ledger_bookmark_rewind (Db *db, const char *source, const char *stream, Json **ret_position, GError **error);

/* source, stream, position, previous, run, updated_on, as texts, in their order; source NULL: of all. */
bool ledger_bookmark_list (Db *db, const char *source, DbResult **ret_bookmarks, GError **error);

/* Of a run that is taken back: what it moved is where it was before, unless somebody has moved it since; its remote file counts as not seen.
 * *ret_note: what happened, for people, NULL: it has moved nothing. Owned by the caller. */
bool ledger_bookmark_take_back (Db *db, Uid run, char **ret_note, GError **error);

/* A file of a source. */
typedef struct
{
  const char *path;
  int64_t size;      /* -1: not known */
  const char *mtime; /* as timestamptz; NULL: not known */
  const char *etag;  /* NULL: none */
} PulledFile;

/* It was loaded by that run. One that is known already is that run's from then on. */
bool ledger_pulled_add (Db *db, const char *source, const PulledFile *file, Uid run, GError **error);

/* What the job does with a file that was loaded is done. */
bool ledger_pulled_settle (Db *db, const char *source, const PulledFile *file, GError **error);

#endif
