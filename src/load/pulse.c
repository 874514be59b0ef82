#include "src/load/pulse.h"

#include "base/text.h"
#include "schema/session.h"

#include <string.h>

#define SIGN_US 1000000
#define LEFT_TOLD_FROM_US 1000000 /* of a step; before, the time left is a guess */
#define WAIT_WORTH_TELLING_US 2000000

void
pulse_clear (Pulse *pulse)
{
  g_clear_pointer (&pulse->session, json_decref);
}

void
pulse_begin (Pulse *pulse)
{
  pulse_clear (pulse);
  *pulse = (Pulse) { .begun_us = g_get_monotonic_time (), .told_us = g_get_monotonic_time () };
}

static bool
is_due (Pulse *pulse)
{
  int64_t now = g_get_monotonic_time ();
  if (now - pulse->told_us < SIGN_US)
    return false;
  pulse->told_us = now;
  return true;
}

bool
pulse_note (Pulse *pulse, const char *step, int64_t done, int64_t total, int64_t rows)
{
  if (pulse->step == NULL || strcmp (pulse->step, step) != 0)
    {
      pulse->begun_us = g_get_monotonic_time ();
      pulse->about_us = 0;
    }
  pulse->step = step;
  pulse->done = done;
  pulse->total = total;
  pulse->rows = rows;
  pulse->waited_us = 0;
  g_clear_pointer (&pulse->session, json_decref);
  return is_due (pulse);
}

void
pulse_note_about (Pulse *pulse, int64_t milliseconds)
{
  pulse->about_us = milliseconds * 1000;
}

bool
pulse_note_wait (Pulse *pulse, int64_t waited_us)
{
  pulse->waited_us = waited_us;
  return is_due (pulse);
}

static void
set_number (Json *object, const char *member, int64_t number)
{
  json_object_set_new (object, member, json_integer (number));
}

/* TRANSFORM counts its statements, the other steps the bytes of the file. */
static void
add_measure (Json *object, const Pulse *pulse, int64_t us)
{
  if (strcmp (pulse->step, "TRANSFORM") == 0)
    {
      set_number (object, "part", pulse->done);
      set_number (object, "parts", pulse->total);
      if (pulse->about_us > us)
        set_number (object, "about_seconds", pulse->about_us / G_USEC_PER_SEC);
      return;
    }
  double seconds = (double) us / 1e6;
  set_number (object, "percent", pulse->total > 0 ? MIN (pulse->done * 100 / pulse->total, 100) : 0);
  set_number (object, "bytes", pulse->done);
  set_number (object, "total_bytes", pulse->total);
  set_number (object, "bytes_per_second", us > 0 ? (int64_t) ((double) pulse->done / seconds) : 0);
  set_number (object, "rows", pulse->rows);
  set_number (object, "rows_per_second", us > 0 ? (int64_t) ((double) pulse->rows / seconds) : 0);
  if (us >= LEFT_TOLD_FROM_US && pulse->done > 0 && pulse->done <= pulse->total)
    set_number (object, "seconds_left", (int64_t) (seconds * (double) (pulse->total - pulse->done) / (double) pulse->done));
}

Json *
pulse_to_json (const Pulse *pulse)
{
  int64_t us = g_get_monotonic_time () - pulse->begun_us;
  Json *object = json_object ();
  if (pulse->step != NULL)
    {
      json_object_set_new (object, "step", json_string (pulse->step));
      add_measure (object, pulse, us);
    }
  set_number (object, "seconds", us / G_USEC_PER_SEC);
  if (pulse->waited_us >= WAIT_WORTH_TELLING_US)
    set_number (object, "waits_seconds", pulse->waited_us / G_USEC_PER_SEC);
  if (pulse->session != NULL)
    json_object_set (object, "session", pulse->session);
  return object;
}

static int64_t
number_of (const Json *progress, const char *member)
{
  return json_integer_value (json_object_get (progress, member));
}

static void
append_step (GString *text, const Json *progress)
{
  const char *step = json_string_value (json_object_get (progress, "step"));
  if (step == NULL)
    {
      g_string_append (text, "beginning");
      return;
    }
  if (strcmp (step, "TRANSFORM") == 0)
    {
      int64_t about = number_of (progress, "about_seconds");
      g_autofree char *duration = text_duration (number_of (progress, "seconds") * 1000);
      g_autofree char *whole = text_duration (about * 1000);
      g_string_append_printf (text, "applying, part %d of %d, %s%s%s", (int) number_of (progress, "part"),
                              (int) number_of (progress, "parts"), duration, about > 0 ? " of about " : "", about > 0 ? whole : "");
      return;
    }
  g_autofree char *size = text_size (number_of (progress, "total_bytes"));
  g_autofree char *rate = text_count (number_of (progress, "rows_per_second"));
  g_string_append_printf (text, "%s %d %% of %s, %s rows/s", strcmp (step, "INFER") == 0 ? "reading" : "staging",
                          (int) number_of (progress, "percent"), size, rate);
  const Json *left = json_object_get (progress, "seconds_left");
  g_autofree char *duration = text_duration (json_integer_value (left) * 1000);
  if (left != NULL)
    g_string_append_printf (text, ", %s left", duration);
}

char *
pulse_text (const Json *progress)
{
  GString *text = g_string_new (NULL);
  append_step (text, progress);
  const Json *session = json_object_get (progress, "session");
  g_autofree char *wait = text_duration (number_of (progress, "waits_seconds") * 1000);
  g_autofree char *who = session != NULL ? session_text (session) : g_strdup ("the server");
  if (number_of (progress, "waits_seconds") > 0)
    g_string_append_printf (text, "; waits since %s for %s", wait, who);
  return g_string_free (text, FALSE);
}
