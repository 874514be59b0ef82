/* What the tests of REST sources share: one API (support/api.h) and one folder for all cases of a program; a static function each, for two programs. */
#ifndef WEIR_TESTS_INTEGRATION_HTTP_SOURCE_H
#define WEIR_TESTS_INTEGRATION_HTTP_SOURCE_H

#include "tests/support/api.h"
#include "tests/support/cluster.h"
#include "tests/support/connector.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static const char *folder;
static Api *api;

static int
setup (void **state)
{
  if (cluster_setup_bare (state) != 0)
    return -1;
  folder = ((Cluster *) *state)->folder;
  api = api_start (folder, NULL);
  return 0;
}

static int
teardown (void **state)
{
  api_stop (api);
  return cluster_teardown (state);
}

static Json *
request_of (const char *connection, const char *request)
{
  Json *whole = json_of (request);
  g_autoptr (Json) more = json_of (connection != NULL ? connection : "{}");
  Json *json = json_pack ("{s:s, s:o}", "type", "http", "url", json_sprintf ("http://127.0.0.1:%d/v2/", api->port));
  json_object_update (json, more);
  json_object_set_new (whole, "connection", json);
  return whole;
}

static ConnectorRun *
run (const char *verb, const char *connection, const char *request)
{
  g_autoptr (Json) whole = request_of (connection, request);
  return connector_run (folder, "weir-connect-curl", verb, whole, NULL);
}

/* The same with "%d" for the port in what more the connection has. */
static inline Json *
with_port (const char *text)
{
  g_autoptr (GString) filled = g_string_new (text);
  g_autofree char *port = g_strdup_printf ("%d", api->port);
  g_string_replace (filled, "%d", port, 0);
  return json_of (filled->str);
}

#endif
