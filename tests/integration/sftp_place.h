/* A place at a real SSH server, for the tests of SFTP: empty data for each case, and requests to it. */
#ifndef WEIR_TESTS_INTEGRATION_SFTP_PLACE_H
#define WEIR_TESTS_INTEGRATION_SFTP_PLACE_H

#include "files.h"

#include "tests/support/sshd.h"

typedef struct
{
  char *folder, *data; /* data: what the tests' files are below, an absolute path at the server, too */
  Sshd *sshd;
} Place;

static inline int
setup (void **state)
{
  Place *place = g_new0 (Place, 1);
  place->folder = files_folder ();
  place->data = files_path (place->folder, "data");
  g_autofree char *ssh = files_path (place->folder, "ssh");
  assert_int_equal (g_mkdir (place->data, 0755), 0);
  place->sshd = sshd_start (ssh);
  *state = place;
  return 0;
}

static inline int
teardown (void **state)
{
  Place *place = *state;
  sshd_stop (place->sshd);
  remove_tree (place->folder);
  g_free (place->folder);
  g_free (place->data);
  g_free (place);
  return 0;
}

/* Each case has empty data. */
static inline int
clear (void **state)
{
  const Place *place = *state;
  remove_tree (place->data);
  return g_mkdir (place->data, 0755);
}

static inline ConnectorRun *
run (const Place *place, const char *verb, Json *request, const char *spool)
{
  g_autoptr (Json) held = request;
  return connector_run (place->folder, CURL_PROGRAM, verb, held, spool);
}

static inline Json *
connection (const Place *place)
{
  return sshd_connection (place->sshd, 0);
}

/* The connection with one member more, or another; NULL: without it. */
static inline Json *
connection_with (const Place *place, const char *name, const char *value)
{
  Json *json = connection (place);
  if (value != NULL)
    json_object_set_new (json, name, json_string (value));
  else
    json_object_del (json, name);
  return json;
}

static inline ConnectorRun *
write_to (const Place *place, const char *to)
{
  return run (place, "write", files_request (connection (place), "\"to\": {%s}, " FILES_DELIVERY, to), FILES_SPOOL);
}

#endif
