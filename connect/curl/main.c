/* weir-connect-curl: files by SFTP and on shares, mail, webhooks, HTTP (docs/files.md, docs/http.md). Which of them is the type of the connection. */
#include "connect/curl/kinds.h"

static const Kind *const kinds[] = { &kind_sftp, &kind_share, &kind_smtp, &kind_webhook, &kind_http };

static const Kind *
find_kind (const Request *request, GError **error)
{
  const char *type = connect_text (request->connection, "connection", "type", true);
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i]->type, type) == 0)
      return kinds[i];
  connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "weir-connect-curl has no connections of type \"%s\"",
                type != NULL ? type : "");
  return NULL;
}

static bool
cannot (const Request *request, const Kind *kind, GError **error)
{
  return connect_fail (error, CONNECT_CONFIGURATION, NULL, NULL, "a connection of type \"%s\" cannot %s", kind->type,
                       request->verb);
}

static bool
check (const Request *request, GError **error)
{
  const Kind *kind = find_kind (request, error);
  return kind != NULL && (kind->check != NULL ? kind->check (request, error) : cannot (request, kind, error));
}

static bool
discover (const Request *request, GError **error)
{
  const Kind *kind = find_kind (request, error);
  return kind != NULL && (kind->discover != NULL ? kind->discover (request, error) : cannot (request, kind, error));
}

static bool
read_from (const Request *request, Done *done, GError **error)
{
  const Kind *kind = find_kind (request, error);
  return kind != NULL && (kind->read != NULL ? kind->read (request, done, error) : cannot (request, kind, error));
}

static bool
write_to (const Request *request, Done *done, GError **error)
{
  const Kind *kind = find_kind (request, error);
  return kind != NULL && (kind->write != NULL ? kind->write (request, done, error) : cannot (request, kind, error));
}

int
main (int argc, char **argv)
{
  const Connector connector = { .name = "curl", .check = check, .discover = discover, .read = read_from, .write = write_to };
  return connector_main (argc, argv, &connector);
}
