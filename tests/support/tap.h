/* Small Singer taps and targets for tests: shell scripts in a folder of their own, and the connector that runs them.
 *
 *   cmocka_unit_test_setup_teardown (test_x, tap_setup, tap_teardown)        the state is the TapPlace
 *   tap_write (*state, CATALOG, SCHEMA_TEXT RECORD ("{\"id\": 1}"), "exit 1");
 *   g_autoptr (ConnectorRun) left = tap_run (*state, "read", FULL);
 *
 * A tap writes "messages", and then does "more". What it was given is kept in the folder: seen-config, seen-mode, seen-catalog, seen-state, seen-option. A target
 * keeps what it reads in "got", does "more", and gives the states back. Nothing here returns errors: what goes wrong fails the test. */
#ifndef WEIR_TESTS_SUPPORT_TAP_H
#define WEIR_TESTS_SUPPORT_TAP_H

#include "connector.h"

#define SINGER "weir-connect-singer"

/* A folder with a tap or target in it. */
typedef struct
{
  char *path;
} TapPlace;

int tap_setup (void **state);
/* Paths and texts are the caller's. A file that is not there is NULL. */
char *tap_path (const TapPlace *place, const char *name);
int tap_teardown (void **state);
void tap_write_file (const TapPlace *place, const char *name, const char *text);
char *tap_read_file (const TapPlace *place, const char *name);
void assert_tap_file_has (const TapPlace *place, const char *name, const char *text);
void tap_write (const TapPlace *place, const char *catalog, const char *messages, const char *more);
void tap_write_target (const TapPlace *place, const char *more);
/* text: members of a request, with ' for ". A new reference. */
Json *tap_request (const char *text);
/* Runs the connector; fails the test where it tells what is secret in the configuration of TAP. */
ConnectorRun *tap_run (const TapPlace *place, const char *verb, const char *text);
void assert_tap_spool (const ConnectorRun *left, const char *text);
void assert_tap_json (const Json *json, const char *text);
void assert_tap_note (const ConnectorRun *left, const char *text);
void assert_tap_no_note (const ConnectorRun *left);

#define CATALOG                                                                                                                    \
  "{\"streams\": ["                                                                                                                \
  "{\"tap_stream_id\": \"users\", \"stream\": \"users\", \"schema\": {\"properties\": {"                                           \
  "\"id\": {\"type\": \"integer\"}, \"name\": {\"type\": [\"null\", \"string\"]},"                                                 \
  " \"updated_at\": {\"type\": [\"null\", \"string\"], \"format\": \"date-time\"}, \"note\": {\"type\": [\"null\", \"string\"]},"  \
  " \"odd\": {\"type\": \"string\"}, \"big\": {\"type\": \"integer\", \"maximum\": 18446744073709551615}}},"                       \
  " \"metadata\": [{\"breadcrumb\": [], \"metadata\": {\"forced-replication-method\": \"\", \"table-key-properties\": [\"id\"],"   \
  " \"valid-replication-keys\": [\"updated_at\"]}},"                                                                               \
  " {\"breadcrumb\": [\"properties\", \"odd\"], \"metadata\": {\"inclusion\": \"unsupported\"}}]},"                                \
  "{\"tap_stream_id\": \"db-orders\", \"stream\": \"orders\", \"table_name\": \"orders\", \"is_view\": false,"                     \
  " \"schema\": {\"properties\": {\"id\": {\"type\": \"integer\"}}}, \"key_properties\": [\"id\"],"                                \
  " \"metadata\": [{\"breadcrumb\": [], \"metadata\": {\"forced-replication-method\": \"FULL_TABLE\", \"row-count\": 7,"           \
  " \"schema-name\": \"shop\"}}]}]}"

#define SCHEMA_TEXT                                                                                                                \
  "{\"type\": \"SCHEMA\", \"stream\": \"users\", \"key_properties\": [\"id\"], \"schema\": {\"properties\": {"                     \
  "\"id\": {\"type\": \"integer\"}, \"name\": {\"type\": [\"null\", \"string\"]},"                                                 \
  " \"updated_at\": {\"type\": [\"null\", \"string\"], \"format\": \"date-time\"}}}}\n"

#define RECORD(record) "{\"type\": \"RECORD\", \"stream\": \"users\", \"record\": " record "}\n"

#define STATE(value) "{\"type\": \"STATE\", \"value\": " value "}\n"

#define TAP                                                                                                                        \
  "'connection': {'type': 'singer', 'command': ['sh', 'tap'], 'config': {'token': 'hunter22', 'folder': '/data/very/long'}}"

#define READ "{" TAP ", 'job': 'j', 'run': 'r', 'stream': 'users', 'mode': "

#define SYNC READ "'sync', 'bookmark': 'updated_at', 'from': {}}"

#define FULL READ "'full', 'from': {}}"

#endif
