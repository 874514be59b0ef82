#include "schema/ledger_bookmark.h"

#include "base/error.h"
#include "schema/ledger_private.h"

#include <string.h>

/* As a variable: NULL of none. Owned by the caller. */
static char *
position_text (const Json *position)
{
  return position == NULL || json_is_null (position) ? NULL : weir_json_text (position);
}

/* It may be a bare number or text. */
static bool
parse_position (const char *text, Json **ret_position, GError **error)
{
  *ret_position = NULL;
  if (text == NULL || strcmp (text, "null") == 0)
    return true;
  *ret_position = json_loads (text, JSON_DECODE_ANY, NULL);
  return *ret_position != NULL || weir_error (error, WEIR_ERROR_MODEL, "a position in weir.bookmark cannot be read");
}

bool
ledger_bookmark_find (Db *db, const char *source, const char *stream, Json **ret_position, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  *ret_position = NULL;
  if (!LEDGER_ASK ("bookmark/find", &result, { "source", source }, { "stream", stream }))
    return false;
  return db_result_rows (result) == 0 || parse_position (db_result_value (result, 0, 0), ret_position, error);
}

/* It is not where the file begins: whoever has moved it is named, and no position, which may be a key of somebody's. */
static bool
refuse_moved (Db *db, const char *source, const char *stream, GError **error)
{
  g_autoptr (DbResult) mover = NULL;
  if (!LEDGER_ASK ("bookmark/mover", &mover, { "source", source }, { "stream", stream }))
    return false;
  bool there = db_result_rows (mover) > 0;
  const char *run = there ? db_result_value (mover, 0, 0) : NULL, *when = there ? db_result_value (mover, 0, 1) : NULL;
  g_autofree char *who = !there ? g_strdup ("there is none: none was set yet, somebody has forgotten it, or a run was taken back")
                         : run == NULL ? g_strdup_printf ("it was set by hand, or a run was taken back, on %s", when)
                                       : g_strdup_printf ("run %s has moved it on %s", run, when);
  g_autofree char *hint = g_strdup_printf ("The next `weir pull %s` begins where the bookmark is now.", source);
  return weir_fail (error, &(Failure) { WEIR_ERROR_INPUT, REASON_BOOKMARK_MOVED, .detail = "Nothing was changed.", .hint = hint },
                    "the bookmark of %s (stream %s) is not where the file begins: %s", source, stream, who);
}

bool
ledger_bookmark_check (Db *db, const char *source, const char *stream, const Json *from, GError **error)
{
  g_autofree char *begins = position_text (from);
  g_autoptr (DbResult) is = NULL;
  if (!LEDGER_ASK ("bookmark/is_at", &is, { "source", source }, { "stream", stream }, { "from", begins }))
    return false;
  return db_result_bool (is, 0, 0) || refuse_moved (db, source, stream, error);
}

bool
ledger_bookmark_move (Db *db, const char *source, const char *stream, const Json *from, const Json *to, Uid run, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  g_autofree char *begins = position_text (from), *ends = position_text (to);
  g_autoptr (DbResult) moved = NULL;
  if (!LEDGER_ASK ("bookmark/move", &moved, { "source", source }, { "stream", stream }, { "from", begins }, { "to", ends },
                   { "run", uid_is_zero (run) ? NULL : id }))
    return false;
  return db_result_int64 (moved, 0, 0) == 1 || refuse_moved (db, source, stream, error);
}

bool
ledger_bookmark_moved_by (Db *db, Uid run, const char *before, char **ret_run, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  g_autoptr (DbResult) moved = NULL;
  *ret_run = NULL;
  if (!LEDGER_ASK ("bookmark/moved_by", &moved, { "run", id }, { "before", before }))
    return false;
  if (db_result_rows (moved) > 0)
    *ret_run = g_strdup (db_result_value (moved, 0, 0));
  return true;
}

bool
ledger_declared_alike (Db *db, const char *table, const char *sha256, const char *declaration, bool is_keyless, bool *ret_alike,
                       GError **error)
{
  g_autoptr (DbResult) alike = NULL;
  if (!LEDGER_ASK ("bookmark/alike", &alike, { "table", table }, { "sha", sha256 }, { "declaration", declaration },
                   { "keyless", is_keyless ? "true" : "false" }))
    return false;
  *ret_alike = db_result_bool (alike, 0, 0);
  return true;
}

bool
ledger_bookmark_brought (Db *db, const char *source, const char *stream, const char *sha256, bool *ret_brought, GError **error)
{
  g_autoptr (DbResult) brought = NULL;
  if (!LEDGER_ASK ("bookmark/brought", &brought, { "source", source }, { "stream", stream }, { "sha", sha256 }))
    return false;
  *ret_brought = db_result_bool (brought, 0, 0);
  return true;
}

bool
ledger_is_cut (Db *db, const char *sha256, const char *of_sha256, bool *ret_is, GError **error)
{
  g_autoptr (DbResult) is = NULL;
  if (!LEDGER_ASK ("bookmark/is_cut", &is, { "sha", sha256 }, { "of", of_sha256 }))
    return false;
  *ret_is = db_result_bool (is, 0, 0);
  return true;
}

bool
ledger_bookmark_set (Db *db, const char *source, const char *stream, const Json *position, GError **error)
{
  g_autofree char *text = position_text (position);
  if (text == NULL)
    return LEDGER_ASK ("bookmark/forget", NULL, { "source", source }, { "stream", stream });
  return LEDGER_ASK ("bookmark/set", NULL, { "source", source }, { "stream", stream }, { "position", text });
}

bool
ledger_bookmark_rewind (Db *db, const char *source, const char *stream, Json **ret_position, GError **error)
{
  g_autoptr (DbResult) back = NULL;
  *ret_position = NULL;
  if (!LEDGER_ASK ("bookmark/rewind", &back, { "source", source }, { "stream", stream }))
    return false;
  if (db_result_rows (back) > 0)
    return parse_position (db_result_value (back, 0, 0), ret_position, error);
  return weir_fail (error,
                    &(Failure) { WEIR_ERROR_MODEL, .detail = "Only the last position is kept, and a step back uses it up.",
                                 .hint = "Set a position, or forget the bookmark, so that all is read." },
                    "the bookmark of %s (stream %s) has no position before", source, stream);
}

bool
ledger_bookmark_list (Db *db, const char *source, DbResult **ret_bookmarks, GError **error)
{
  return LEDGER_ASK ("bookmark/list", ret_bookmarks, { "source", source });
}

bool
ledger_bookmark_take_back (Db *db, Uid run, char **ret_note, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  g_autoptr (DbResult) back = NULL;
  *ret_note = NULL;
  if (!LEDGER_ASK ("bookmark/take_back", &back, { "run", id }) || !LEDGER_ASK ("bookmark/forget_pulled", NULL, { "run", id }))
    return false;
  if (db_result_rows (back) == 0)
    return true;
  const char *source = db_result_value (back, 0, 0), *stream = db_result_value (back, 0, 1), *by = db_result_value (back, 0, 3);
  bool ours = db_result_bool (back, 0, 2), first = db_result_bool (back, 0, 4);
  g_autofree char *since = by != NULL ? g_strdup_printf (": run %s has moved it since", by) : g_strdup ("");
  *ret_note = !ours   ? g_strdup_printf ("the bookmark of %s (stream %s) stays where it is%s", source, stream, since)
              : first ? g_strdup_printf ("the bookmark of %s (stream %s) is gone again: the next pull begins at the beginning",
                                         source, stream)
                      : g_strdup_printf ("the bookmark of %s (stream %s) is where it was before run %.8s: the next pull brings "
                                         "its rows once more",
                                         source, stream, id);
  return true;
}

static const char *
size_text (const PulledFile *file, LedgerNumber *buffer)
{
  return file->size >= 0 ? ledger_number (buffer, file->size) : NULL;
}

bool
ledger_pulled_add (Db *db, const char *source, const PulledFile *file, Uid run, GError **error)
{
  char id[UID_TEXT_SIZE];
  uid_format (run, id);
  LedgerNumber size;
  return LEDGER_ASK ("bookmark/pulled_add", NULL, { "source", source }, { "path", file->path }, { "size", size_text (file, &size) },
                     { "mtime", file->mtime }, { "etag", file->etag }, { "run", id });
}

bool
ledger_pulled_settle (Db *db, const char *source, const PulledFile *file, GError **error)
{
  LedgerNumber size;
  return LEDGER_ASK ("bookmark/pulled_settle", NULL, { "source", source }, { "path", file->path },
                     { "size", size_text (file, &size) }, { "mtime", file->mtime }, { "etag", file->etag });
}
