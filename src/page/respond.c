#include "src/page/respond.h"

#include "base/error.h"
#include "schema/ledger.h"
#include "src/page/assets.h"
#include "src/page/entity_find.h"
#include "src/page/frame.h"
#include "src/page/listen.h"
#include "src/page/overview.h"
#include "src/page/pass.h"
#include "src/page/rejects_csv.h"

#include <string.h>

static const View *const views[] = { &view_overview, &view_table,   &view_entity, &view_find,      &view_runs,
                                     &view_run,      &view_rejects, &view_held,   &view_schedules, &view_jobs };

/* ---- errors ---- */

static unsigned
status_of (const GError *error)
{
  if (error->domain != WEIR_ERROR)
    return 500;
  switch (error->code)
    {
    case WEIR_ERROR_INPUT:
    case WEIR_ERROR_MODEL:
      return 404;
    case WEIR_ERROR_RETRY:
      return 503;
    default:
      return 500;
    }
}

static bool
is_api (const Request *request)
{
  return g_str_equal (request->path, "/api") || g_str_has_prefix (request->path, "/api/");
}

/* An error as a page, or as every --json has it. */
static void
respond_error (const Visit *visit, unsigned status, const GError *error, Answer *answer)
{
  g_autoptr (Json) json = json_pack ("{s:o}", "error", weir_json_error (error));
  if (is_api (visit->request))
    {
      answer_json (answer, status, json);
      return;
    }
  static const struct
  {
    unsigned status;
    const char *title;
  } titles[] = { { 403, "Not allowed" }, { 404, "Not found" }, { 503, "The database cannot be asked now" } };
  const char *title = "This cannot be shown";
  for (size_t i = 0; i < G_N_ELEMENTS (titles); i++)
    title = titles[i].status == status ? titles[i].title : title;
  answer->status = status;
  Html html = { answer->body };
  frame_open (&html, visit, title, NULL);
  html_element (&html, "h1", title, NULL);
  view_error (&html, json_object_get (json, "error"), true);
  frame_close (&html, visit);
}

static void G_GNUC_PRINTF (4, 5) refuse (const Visit *visit, unsigned status, Answer *answer, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autoptr (GError) error = NULL;
  weir_error (&error, WEIR_ERROR_INPUT, "%s", text);
  respond_error (visit, status, error, answer);
}

/* ---- views ---- */

static bool
matches (const char *pattern, char **parts)
{
  g_auto (GStrv) wanted = g_strsplit (pattern, "/", -1);
  guint count = g_strv_length (wanted);
  if (count != g_strv_length (parts))
    return false;
  for (guint i = 0; i < count; i++)
    if (g_str_equal (wanted[i], "?") ? parts[i][0] == '\0' : !g_str_equal (wanted[i], parts[i]))
      return false;
  return true;
}

const View *
respond_find_view (const char *path, GStrv *ret_parts)
{
  g_auto (GStrv) parts = g_strsplit (path + (path[0] == '/'), "/", 10);
  for (size_t i = 0; i < G_N_ELEMENTS (views); i++)
    if (matches (views[i]->path, parts))
      return *ret_parts = g_steal_pointer (&parts), views[i];
  return *ret_parts = g_steal_pointer (&parts), NULL;
}

static void
respond_view (const Visit *visit, const View *view, Answer *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Json) object = view->read (visit, &error);
  if (object == NULL)
    {
      respond_error (visit, status_of (error), error, answer);
      return;
    }
  /* The overview without its database is an answer, and a page that says so. */
  const Json *reachable = json_object_get (json_object_get (object, "database"), "reachable");
  unsigned status = json_is_false (reachable) ? 503 : 200;
  if (is_api (visit->request))
    {
      answer_json (answer, status, object);
      return;
    }
  g_autofree char *title = view->title (visit, object);
  answer->status = status;
  Html html = { answer->body };
  frame_open (&html, visit, title, view->section);
  view->show (&html, visit, object);
  frame_close (&html, visit);
}

/* ---- what is no view ---- */

static bool
respond_asset (const Request *request, Answer *answer)
{
  static const char *const types[][2] = { { ".css", "text/css; charset=utf-8" },
                                          { ".js", "text/javascript; charset=utf-8" },
                                          { ".svg", "image/svg+xml" } };
  for (const Asset *asset = page_assets; asset->name != NULL; asset++)
    if (request->path[0] == '/' && g_str_equal (request->path + 1, asset->name))
      {
        for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
          answer->type = g_str_has_suffix (asset->name, types[i][0]) ? types[i][1] : answer->type;
        g_string_append (answer->body, asset->text);
        return true;
      }
  return false;
}

static void
respond_ready (const Visit *visit, Answer *answer)
{
  g_autoptr (GError) error = NULL;
  page_db_wake (visit->page->db);
  Db *db = page_db_get (visit->page->db, &error);
  if (db != NULL && db_exec (db, "select 1", &error))
    answer_text (answer, 200, "ready\n");
  else
    answer_text (answer, 503, "the database cannot be asked\n");
}

static void
respond_metrics (const Visit *visit, Answer *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Json) status = overview_read (visit, &error);
  Db *db = status != NULL ? page_db_get (visit->page->db, NULL) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  if (status == NULL || !metrics_append (visit->page->metrics, db, status, text, &error))
    {
      answer_text (answer, 503, error->message);
      return;
    }
  answer_text (answer, 200, text->str);
  answer->type = "text/plain; version=0.0.4; charset=utf-8";
}

/* Where the objects are. */
static void
respond_index (const Visit *visit, Answer *answer)
{
  (void) visit;
  g_autoptr (Json) index = json_object ();
  Json *paths = json_array ();
  for (size_t i = 0; i < G_N_ELEMENTS (views); i++)
    {
      g_autofree char *path = g_strconcat ("/api/", views[i]->path[0] != '\0' ? views[i]->path : "overview", NULL);
      json_array_append_new (paths, json_string (path));
    }
  json_object_set_new (index, "objects", paths);
  answer_json (answer, 200, index);
}

/* The box of each page: a run by its id, the beginning of that, or the name of its file. */
static void
respond_go (const Visit *visit, Answer *answer)
{
  const char *text = request_query (visit->request, "run");
  g_autoptr (GError) error = NULL;
  Db *db = page_db_get (visit->page->db, &error);
  Uid id;
  char run[UID_TEXT_SIZE];
  if (db == NULL || !ledger_find_execution (db, text != NULL ? text : "last", &id, &error))
    {
      respond_error (visit, status_of (error), error, answer);
      return;
    }
  uid_format (id, run);
  g_autofree char *path = html_path ("runs", run, NULL);
  answer_redirect (answer, path);
}

/* The code of `weir page token` becomes a session. */
static void
respond_token (const Visit *visit, Answer *answer)
{
  Page *page = visit->page;
  gint64 now = visit->now / G_USEC_PER_SEC;
  if (!pass_holds (page->token, "code", request_query (visit->request, "code"), now))
    {
      refuse (visit, 403, answer, "this address holds no more: `weir page token` prints a new one");
      return;
    }
  g_autofree char *session = pass_make (page->token, "session", now + PASS_SESSION_SECONDS);
  g_autofree char *cookie = g_strdup_printf ("%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s", page->cookie, session,
                                             PASS_SESSION_SECONDS, page->terms->certificate != NULL ? "; Secure" : "");
  answer_header (answer, "Set-Cookie", cookie);
  answer_redirect (answer, "/held");
}

static void
respond_csv (const Visit *visit, bool safe, Answer *answer)
{
  g_autoptr (GError) error = NULL;
  if (!rejects_csv_answer (visit, safe, answer, &error))
    respond_error (visit, status_of (error), error, answer);
}

/* ---- POST ---- */

static void
act (const Visit *visit, Answer *answer)
{
  Page *page = visit->page;
  const char *run = visit->parts[1];
  g_autofree char *word = request_field (visit->request, "act"), *seal = request_field (visit->request, "seal");
  g_autofree char *purpose = g_strdup_printf ("act %s %s", run, visit->session != NULL ? visit->session : "");
  g_autoptr (GError) error = NULL;
  Uid id;
  bool known = g_strcmp0 (word, "approve") == 0 || g_strcmp0 (word, "discard") == 0;
  if (visit->session == NULL || !pass_holds (page->token, purpose, seal, visit->now / G_USEC_PER_SEC))
    refuse (visit, 403, answer, "only with the address that `weir page token` prints may files be approved and rejected");
  else if (!known || !uid_parse (run, strlen (run), &id))
    refuse (visit, 404, answer, "nothing of this kind can be done");
  else if (!deeds_start (page->deeds, word, run, &error))
    respond_error (visit, 503, error, answer);
  else
    answer_redirect (answer, "/held");
}

static void
find (const Visit *visit, Answer *answer)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  if (entity_find (visit, &path, &error))
    answer_redirect (answer, path);
  else
    respond_error (visit, status_of (error), error, answer);
}

static void
respond_post (const Visit *visit, Answer *answer)
{
  const Request *request = visit->request;
  bool is_ours =
      request->origin != NULL ? listen_is_origin (request->origin, request->host) : g_strcmp0 (request->site, "same-origin") == 0;
  if (!is_ours)
    refuse (visit, 403, answer, "forms are taken from this page alone");
  else if (matches ("find/?", visit->parts))
    find (visit, answer);
  else if (matches ("held/?", visit->parts))
    act (visit, answer);
  else
    refuse (visit, 405, answer, "there is no such form");
}

/* ---- GET ---- */

static void
respond_get (const Visit *visit, const View *view, Answer *answer)
{
  static const struct
  {
    const char *path;
    void (*respond) (const Visit *visit, Answer *answer);
  } others[] = { { "/api", respond_index }, { "/metrics", respond_metrics }, { "/go", respond_go }, { "/token", respond_token } };
  const char *path = visit->request->path;
  if (view != NULL)
    {
      respond_view (visit, view, answer);
      return;
    }
  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_equal (path, others[i].path))
      {
        others[i].respond (visit, answer);
        return;
      }
  if (matches ("runs/?/" REJECTS_CSV, visit->parts) || matches ("runs/?/" REJECTS_CSV_SAFE, visit->parts))
    respond_csv (visit, matches ("runs/?/" REJECTS_CSV_SAFE, visit->parts), answer);
  else
    refuse (visit, 404, answer, "there is no such page");
}

/* ---- all ---- */

static void
add_headers (Answer *answer)
{
  static const char *const headers[][2] = {
    { "Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                                 "form-action 'self'; base-uri 'none'; frame-ancestors 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "X-Frame-Options", "DENY" },
    { "Cache-Control", "no-store" },
    { "Referrer-Policy", "same-origin" }, /* without it forms would come without their Origin */
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (headers); i++)
    answer_header (answer, headers[i][0], headers[i][1]);
}

static bool
is_known (const Page *page, const Request *request)
{
  return page->password == NULL || (g_strcmp0 (request->user, "weir") == 0 && pass_equal (page->password, request->password));
}

/* An object is at the path of its page, below /api; the overview's has a name there. */
static const char *
path_of_view (const Request *request)
{
  const char *path = g_str_has_prefix (request->path, "/api/") ? request->path + strlen ("/api") : request->path;
  return path != request->path && g_str_equal (path, "/overview") ? "/" : path;
}

static void
respond_to (Visit *visit, Answer *answer)
{
  const Request *request = visit->request;
  Page *page = visit->page;
  bool is_read = g_str_equal (request->method, "GET") || g_str_equal (request->method, "HEAD");
  const char *path = path_of_view (request);
  g_auto (GStrv) parts = NULL;
  const View *view = respond_find_view (path, &parts);
  g_autofree char *session = request_cookie (request, page->cookie);
  visit->parts = parts;
  visit->session = pass_holds (page->token, "session", session, visit->now / G_USEC_PER_SEC) ? session : NULL;
  deeds_look (page->deeds);
  if (is_read && respond_asset (request, answer))
    return;
  page_db_wake (page->db);
  if (is_read)
    respond_get (visit, view, answer);
  else if (g_str_equal (request->method, "POST"))
    respond_post (visit, answer);
  else
    refuse (visit, 405, answer, "pages are read");
}

void
respond (Page *page, const Request *request, Answer *answer)
{
  char *nothing[] = { NULL };
  Visit visit = { .page = page, .request = request, .parts = nothing, .now = g_get_real_time () };
  if (!listen_knows_host (request->host, (const char *const *) page->terms->hosts))
    answer_text (answer, 421,
                 "this is not a name of the page: \"page\": {\"hosts\": [...]} of weir.json has those that it knows\n");
  else if (g_str_equal (request->path, "/healthz"))
    answer_text (answer, 200, "healthy\n");
  else if (g_str_equal (request->path, "/readyz"))
    respond_ready (&visit, answer);
  else if (!is_known (page, request))
    {
      answer_text (answer, 401, "a password is needed; the user is weir\n");
      answer_header (answer, "WWW-Authenticate", "Basic realm=\"weir\", charset=\"UTF-8\"");
    }
  else
    respond_to (&visit, answer);
  add_headers (answer);
}
