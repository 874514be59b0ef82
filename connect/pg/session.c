#include "connect/pg/session.h"

#include "base/conninfo.h"
#include "base/error.h"
#include "base/text.h"

#include <string.h>
#include <unistd.h>

#define VERSION_LEAST 110000 /* that can be a source: what its catalog says of indexes */
#define SYSTEM_AUTHORITIES "/etc/ssl/certs/ca-certificates.crt"

/* Members of "connection" and what libpq calls them; NULL: they are not libpq's. "schema" is a destination's. */
static const struct
{
  const char *member, *keyword;
} members[] = {
  { "type", NULL },
  { "program", NULL },
  { "url", NULL },
  { "schema", NULL },
  { "host", "host" },
  { "port", "port" },
  { "database", "dbname" },
  { "user", "user" },
  { "password", "password" },
  { "sslmode", "sslmode" },
  { "sslrootcert", "sslrootcert" },
  { "sslcert", "sslcert" },
  { "sslkey", "sslkey" },
  { "application_name", "application_name" },
  { "connect_timeout", "connect_timeout" },
};

static const char *const tls_modes[] = { "disable", "allow", "prefer", "require", "verify-ca", "verify-full", NULL };

/* ---- what the connection says ---- */

/* The text of a member that may be a number, too. NULL: a mistake, which was told. Owned by the caller. */
static char *
member_text (const Json *value, const char *path)
{
  if (json_is_integer (value))
    return g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (value));
  if (json_is_string (value))
    return g_strdup (json_string_value (value));
  connect_mistake (path, "is to be a text");
  return NULL;
}

/* "redshift+psycopg2://..." as libpq wants it. Owned by the caller. */
static char *
plain_url (const char *url)
{
  const char *rest = strstr (url, "://");
  if (rest != NULL && (g_str_has_prefix (url, "redshift:") || g_str_has_prefix (url, "redshift+")))
    return g_strconcat ("postgresql", rest, NULL);
  return conninfo_without_driver (url, NULL);
}

static GHashTable *
url_options (const Json *connection)
{
  const char *url = connect_text (connection, "connection", "url", false);
  if (url == NULL)
    return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GError) problem = NULL;
  g_autofree char *plain = plain_url (url);
  GHashTable *options = db_conninfo_options (plain, &problem);
  if (options != NULL)
    return options;
  const char *detail = weir_error_get_detail (problem), *hint = weir_error_get_hint (problem);
  connect_mistake ("connection.url", "%s%s%s%s%s", problem->message, detail != NULL ? ": " : "", detail != NULL ? detail : "",
                   hint != NULL ? " " : "", hint != NULL ? hint : "");
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* Whether nobody is between us and the server. */
static bool
is_here (GHashTable *options)
{
  const char *host = g_hash_table_lookup (options, "hostaddr");
  host = host != NULL ? host : g_hash_table_lookup (options, "host");
  if (g_hash_table_contains (options, "service"))
    return false;
  g_auto (GStrv) hosts = g_strsplit (host != NULL ? host : "", ",", -1);
  for (char **one = hosts; *one != NULL; one++)
    if (**one != '\0' && **one != '/' && **one != '@' && !g_str_equal (*one, "localhost") && !g_str_equal (*one, "::1")
        && !(g_str_has_prefix (*one, "127.") && strspn (*one, "0123456789.") == strlen (*one)))
      return false;
  return true;
}

static void
set_option (GHashTable *options, const char *keyword, const char *value)
{
  if (!g_hash_table_contains (options, keyword))
    g_hash_table_insert (options, g_strdup (keyword), g_strdup (value));
}

/* A mistake of what a member says, or the URL. */
static void
option_mistake (const Json *connection, const char *member, const char *text)
{
  g_autofree char *path = g_strdup_printf ("connection.%s", json_object_get (connection, member) != NULL ? member : "url");
  connect_mistake (path, "%s", text);
}

/* The server's name is checked, and who vouches for it, unless somebody says otherwise or there is no way to be in between. */
static void
set_tls (GHashTable *options, const Json *connection)
{
  const char *mode = g_hash_table_lookup (options, "sslmode");
  if (mode != NULL && !g_strv_contains (tls_modes, mode))
    option_mistake (connection, "sslmode", "sslmode must be disable, allow, prefer, require, verify-ca or verify-full");
  if (mode == NULL && !is_here (options))
    set_option (options, "sslmode", mode = "verify-full");
  const char *authorities = g_hash_table_lookup (options, "sslrootcert");
  if (authorities != NULL && g_str_equal (authorities, "system"))
    g_hash_table_insert (options, g_strdup ("sslrootcert"), g_strdup (SYSTEM_AUTHORITIES));
  else if (authorities != NULL && access (authorities, R_OK) != 0)
    option_mistake (connection, "sslrootcert", "the file of sslrootcert cannot be read");
  g_autofree char *own = g_build_filename (g_get_home_dir (), ".postgresql", "root.crt", NULL);
  if (mode != NULL && g_str_has_prefix (mode, "verify-") && authorities == NULL && access (own, R_OK) != 0)
    set_option (options, "sslrootcert", SYSTEM_AUTHORITIES);
}

static bool
is_redshift (const Request *request)
{
  return g_strcmp0 (json_string_value (json_object_get (request->connection, "type")), "redshift") == 0;
}

/* A peer that does not answer any more is noticed after 25 s of silence, or 30 s after something that it never took. */
static void
set_defaults (GHashTable *options, const Request *request)
{
  static const char *const defaults[][2] = { { "application_name", "weir" }, { "connect_timeout", "10" },
                                             { "keepalives_idle", "10" },    { "keepalives_interval", "5" },
                                             { "keepalives_count", "3" },    { "tcp_user_timeout", "30000" } };
  for (size_t i = 0; i < G_N_ELEMENTS (defaults); i++)
    set_option (options, defaults[i][0], defaults[i][1]);
  if (is_redshift (request))
    set_option (options, "port", "5439");
  g_hash_table_insert (options, g_strdup ("client_encoding"), g_strdup ("UTF8"));
}

/* Tells all mistakes. Owned by the caller. */
static GHashTable *
find_options (const Request *request)
{
  const char *known[G_N_ELEMENTS (members) + 1] = { NULL };
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    known[i] = members[i].member;
  connect_known (request->connection, "connection", known);
  GHashTable *options = url_options (request->connection);
  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const Json *value = json_object_get (request->connection, members[i].member);
      g_autofree char *path = g_strdup_printf ("connection.%s", members[i].member);
      char *text = value != NULL && members[i].keyword != NULL ? member_text (value, path) : NULL;
      if (text != NULL)
        g_hash_table_insert (options, g_strdup (members[i].keyword), text);
    }
  const char *port = g_hash_table_lookup (options, "port");
  if (port != NULL && strspn (port, "0123456789,") != strlen (port))
    option_mistake (request->connection, "port", "the port is not a number");
  set_tls (options, request->connection);
  set_defaults (options, request);
  return options;
}

void
session_look (const Request *request)
{
  g_autoptr (GHashTable) options = find_options (request);
}

/* ---- errors ---- */

/* What libpq says of certificates has no SQLSTATE. */
static bool
is_of_certificates (const char *text)
{
  static const char *const words[] = { "certificate", "SSL error", "no password supplied", "authentication" };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (text, words[i]) != NULL)
      return true;
  return false;
}

#define READ_ONLY "25006"

/* What to do about an error of db.h. */
static ConnectClass
class_of (const PgSession *session, const GError *problem)
{
  const char *state = weir_error_get_sqlstate (problem);
  if (state == NULL || *state == '\0')
    {
      const char *detail = weir_error_get_detail (problem); /* where there are several hosts, what the last one said */
      if (is_of_certificates (problem->message) || (detail != NULL && is_of_certificates (detail)))
        return CONNECT_CREDENTIALS;
      bool has_no_tls = strstr (problem->message, "does not support SSL") != NULL;
      return has_no_tls || problem->code == WEIR_ERROR_MODEL ? CONNECT_CONFIGURATION : CONNECT_TRANSIENT;
    }
  if (g_str_has_prefix (state, "28"))
    return CONNECT_CREDENTIALS;
  /* What we read asks the server to write, or to lock, as FOR UPDATE does. */
  if (session->use == PG_READ && g_str_equal (state, READ_ONLY))
    return CONNECT_CONFIGURATION;
  /* 57014: cancelled by somebody else, 25006 of a destination: a standby, or one that is being taken over. */
  return problem->code == WEIR_ERROR_MODEL || problem->code == WEIR_ERROR_INPUT ? CONNECT_CONFIGURATION : CONNECT_TRANSIENT;
}

bool
session_fail (const PgSession *session, GError **error, GError *problem)
{
  g_autoptr (GError) taken = problem;
  if (taken->domain != WEIR_ERROR)
    return g_propagate_error (error, g_steal_pointer (&taken)), false;
  const char *detail = weir_error_get_detail (taken), *state = weir_error_get_sqlstate (taken);
  return connect_fail (error, class_of (session, taken), state != NULL && *state != '\0' ? state : NULL,
                       weir_error_get_sqlstate (taken) != NULL ? NULL : weir_error_get_hint (taken), "%s%s%s", taken->message,
                       detail != NULL ? ": " : "", detail != NULL ? detail : "");
}

/* ---- the session ---- */

static DbTick
tick (int64_t waited_us, void *data)
{
  (void) waited_us;
  (void) data;
  return connect_is_stopping () ? DB_STOP : DB_WAIT_ON;
}

static char *
describe_server (GHashTable *options)
{
  const char *database = g_hash_table_lookup (options, "dbname"), *host = g_hash_table_lookup (options, "host");
  const char *port = g_hash_table_lookup (options, "port"), *user = g_hash_table_lookup (options, "user");
  database = database != NULL ? database : user;
  return g_strdup_printf ("\"%s\" at %s, port %s", database != NULL ? database : "", host != NULL ? host : "this machine",
                          port != NULL ? port : "5432");
}

/* What the role has before we set ours, and what the server is. */
static bool
ask_server (PgSession *session, GError **error)
{
  g_autoptr (DbResult) result = NULL;
  const char *sql = session->is_redshift ? "show timezone"
                                         : "select pg_catalog.current_setting ('timezone'), pg_catalog.pg_is_in_recovery (), "
                                           "pg_catalog.current_setting ('search_path')";
  if (!session_query (session, sql, NULL, 0, &result, error))
    return false;
  session->zone = g_strdup (db_result_value (result, 0, 0));
  session->is_standby = !session->is_redshift && db_result_bool (result, 0, 1);
  session->path = session->is_redshift ? NULL : g_strdup (db_result_value (result, 0, 2));
  return true;
}

bool
session_is_blind (const PgSession *session)
{
  return session->is_redshift || session->is_standby;
}

PgSession *
session_open (const Request *request, PgUse use, GError **error)
{
  g_autoptr (GHashTable) options = find_options (request);
  if (connect_has_mistakes ())
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "the connection cannot be taken as it is"), NULL;
  g_autoptr (PgSession) session = g_new0 (PgSession, 1);
  session->use = use;
  session->is_redshift = is_redshift (request);
  session->where = describe_server (options);
  const char *mode = g_hash_table_lookup (options, "sslmode");
  session->tls = g_strdup (mode != NULL ? mode : "prefer");
  GError *problem = NULL;
  session->db = db_connect_options (options, tick, NULL, &problem);
  if (session->db == NULL)
    return session_fail (session, error, problem), NULL;
  session->version = db_server_version (session->db);
  if (use == PG_READ && !session->is_redshift && session->version < VERSION_LEAST)
    return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "%s is a PostgreSQL %d, and must be 11 or later", session->where,
                         session->version / 10000),
           NULL;
  return ask_server (session, error) ? g_steal_pointer (&session) : NULL;
}

void
session_free (PgSession *session)
{
  if (session == NULL)
    return;
  db_free (session->db);
  g_free (session->where);
  g_free (session->tls);
  g_free (session->zone);
  g_free (session->path);
  g_free (session);
}

/* "set local" of all that text and waiting depend on, as this server knows it. */
static void
append_fields (GString *sql, const PgSession *session)
{
  static const struct
  {
    const char *name, *value;
    int since;
    bool redshift;
  } fields[] = { { "datestyle", "'ISO, YMD'", 0, true },
                 { "timezone", "'UTC'", 0, true },
                 { "extra_float_digits", "2", 0, true },
                 { "statement_timeout", "0", 0, true },
                 { "extra_float_digits", "3", 0, false }, /* before 12 fewer are not exact; Redshift has no more than 2 */
                 { "quote_all_identifiers", "off", 0, false },
                 { "cursor_tuple_fraction", "1", 0, false },
                 { "intervalstyle", "'iso_8601'", 0, false },
                 { "bytea_output", "'hex'", 0, false },
                 { "standard_conforming_strings", "on", 0, false },
                 { "client_min_messages", "error", 0, false },
                 { "lock_timeout", "0", 0, false },
                 { "idle_in_transaction_session_timeout", "0", 0, false },
                 { "transaction_timeout", "0", 170000, false },
                 { "jit", "off", 110000, false } };
  for (size_t i = 0; i < G_N_ELEMENTS (fields); i++)
    if (session->is_redshift ? fields[i].redshift : session->version >= fields[i].since)
      g_string_append_printf (sql, "; set local %s = %s", fields[i].name, fields[i].value);
}

bool
session_begin (PgSession *session, const char *kind, GError **error)
{
  g_autoptr (GString) sql = g_string_new ("begin");
  g_string_append_printf (sql, " %s", session->is_redshift ? "" : kind);
  g_string_append (sql, session->use == PG_READ ? " read only" : "");
  append_fields (sql, session);
  return session_exec (session, sql->str, error);
}

bool
session_exec (PgSession *session, const char *sql, GError **error)
{
  GError *problem = NULL;
  return db_exec (session->db, sql, &problem) || session_fail (session, error, problem);
}

bool
session_query (PgSession *session, const char *sql, const char *const *params, int n_params, DbResult **ret_result, GError **error)
{
  GError *problem = NULL;
  return db_query (session->db, sql, params, n_params, ret_result, &problem) || session_fail (session, error, problem);
}

/* ---- names ---- */

/* One name of a dotted one; *text goes behind it. NULL: it is none. */
static char *
take_name (const char **text)
{
  const char *at = *text;
  g_autoptr (GString) name = g_string_new (NULL);
  if (*at != '"')
    {
      size_t length = strcspn (at, ".\"");
      *text = at + length;
      return length > 0 ? g_strndup (at, length) : NULL;
    }
  for (at++; *at != '\0' && !(*at == '"' && at[1] != '"'); at++)
    {
      at += *at == '"';
      g_string_append_c (name, *at);
    }
  *text = *at == '"' ? at + 1 : at;
  return *at == '"' && name->len > 0 ? g_strdup (name->str) : NULL;
}

bool
session_split_name (const char *text, char **ret_schema, char **ret_name)
{
  g_autofree char *first = take_name (&text);
  bool has_schema = *text == '.';
  text += has_schema;
  g_autofree char *second = has_schema ? take_name (&text) : NULL;
  *ret_schema = *ret_name = NULL;
  if (first == NULL || (has_schema && second == NULL) || *text != '\0')
    return false;
  *ret_schema = has_schema ? g_steal_pointer (&first) : NULL;
  *ret_name = has_schema ? g_steal_pointer (&second) : g_steal_pointer (&first);
  return true;
}
