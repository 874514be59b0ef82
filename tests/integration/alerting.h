/* What tests of alerts have in common. */
#ifndef WEIR_TESTS_INTEGRATION_ALERTING_H
#define WEIR_TESTS_INTEGRATION_ALERTING_H

#include "tests/support/oracle.h"
#include "tests/support/sink.h"
#include "tests/support/weir.h"

#include <string.h>
#include <sys/stat.h>

#define PEOPLE "{\"table\": \"users\", \"kind\": \"dimension\", \"business_key\": [\"email\"]}"
#define SIGNING_SECRET "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLw8m"

static const char refused_text[] = "name,email\n" ORACLE_CANARY ",\n";

/* weir.json with the target "ops", a webhook of the sink, and "more": ", \"every\": ..." or ", \"rules\": ...". */
static inline void
configure_webhook (Home *home, const Sink *sink, const char *more)
{
  g_autofree char *secret = home_path (home, "signing");
  home_write_file (home, "signing", SIGNING_SECRET "\n");
  assert_int_equal (chmod (secret, 0600), 0);
  g_autofree char *notify =
      g_strdup_printf (", \"rejects\": {\"max_percent\": 50}, \"notify\": {\"targets\": {\"ops\": {\"type\": \"webhook\", "
                       "\"url\": \"http://127.0.0.1:%d/hook/token\", \"secret\": \"${file:signing}\"}}, "
                       "\"gather\": \"1 second\", \"timeout\": \"2 seconds\"%s}",
                       sink_port (sink), more);
  home_configure (home, notify);
}

/* From now on the targets are told: what is there already is none of theirs. */
static inline void
begin_telling (Home *home)
{
  g_autoptr (Outcome) first = expect_weir (home, 0, "notify", "send", NULL);
  assert_string_equal (first->out, "");
}

/* One message a cause and hour: here an hour passes. */
static inline void
let_an_hour_pass (Home *home)
{
  sql_run_text (home, "update weir.alert_message set made_on = made_on - interval '1 hour', sent_on = sent_on - interval '1 hour'");
}

/* A file that is refused. */
static inline void
drop_refused (Home *home, const char *name)
{
  home_drop (home, name, refused_text);
  g_autofree char *path = g_strconcat ("imports/", name, NULL);
  assert_weir (home, 1, "load", path, "--archive", NULL);
}

/* "data.title" of the n-th that was taken. Owned by the caller. */
static inline char *
taken_at (const Sink *sink, size_t n, const char *path)
{
  g_autoptr (Json) taken = sink_taken (sink);
  const char *text = json_string_value (json_object_get (json_array_get (taken, n), "body"));
  g_autoptr (Json) body = text != NULL ? json_loads (text, 0, NULL) : NULL;
  return body != NULL ? json_at (body, path) : g_strdup ("(none)");
}

static inline void
assert_taken (const Sink *sink, size_t n, const char *path, const char *expected)
{
  g_autofree char *value = taken_at (sink, n, path);
  assert_string_equal (value, expected);
}

#endif
