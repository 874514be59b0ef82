#include "src/report/progress.h"

#include "src/report/show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH 30
#define REDRAW_US 100000

/* "[#####     ]" of what is done of a file. Owned by the caller. */
static char *
make_bar (int64_t done, int64_t total)
{
  char *bar = g_strnfill (BAR_WIDTH + 2, ' ');
  bar[0] = '[';
  bar[BAR_WIDTH + 1] = ']';
  for (int i = 0; i < BAR_WIDTH && i < done * BAR_WIDTH / MAX (total, 1); i++)
    bar[i + 1] = '#';
  return bar;
}

/* The words are those of `weir status` and the log. */
static void
draw (Progress *progress)
{
  const Pulse *pulse = &progress->pulse;
  g_autoptr (Json) json = pulse_to_json (pulse);
  g_autofree char *text = pulse_text (json);
  g_autofree char *bar = make_bar (pulse->done, pulse->total);
  fprintf (stderr, "\r\033[K%s  %s %s", progress->name, bar, text);
  fflush (stderr);
  progress->drawn = true;
  progress->last_us = g_get_monotonic_time ();
}

static void
on_progress (const char *step, int64_t done, int64_t total, int64_t rows, void *data)
{
  Progress *progress = data;
  bool another = progress->pulse.step == NULL || strcmp (progress->pulse.step, step) != 0 || strcmp (step, "TRANSFORM") == 0;
  pulse_note (&progress->pulse, step, done, total, rows);
  if (progress->shown && (another || g_get_monotonic_time () - progress->last_us >= REDRAW_US))
    draw (progress);
}

static void
on_expect (int64_t milliseconds, void *data)
{
  Progress *progress = data;
  pulse_note_about (&progress->pulse, milliseconds);
}

static DbTick
on_wait (int64_t waited_us, void *data)
{
  Progress *progress = data;
  const Loader *loader = progress->loader;
  DbTick tick = loader->db == NULL
                    ? DB_WAIT_ON
                    : probe_ask (&progress->probe, loader->settings, db_backend (loader->db), waited_us, &progress->pulse.session);
  pulse_note_wait (&progress->pulse, waited_us);
  if (progress->shown && progress->pulse.step != NULL)
    draw (progress);
  return tick;
}

/* No callback: nobody is told any more. */
static void
set_callbacks (Progress *progress, bool on)
{
  Loader *loader = progress->loader;
  loader->options.progress = on ? on_progress : NULL;
  loader->options.expect = on ? on_expect : NULL;
  loader->options.progress_data = on ? progress : NULL;
  loader->tick = on ? on_wait : NULL;
  loader->tick_data = on ? progress : NULL;
  if (loader->db != NULL)
    db_set_tick (loader->db, loader->tick, loader->tick_data);
}

void
progress_begin (Progress *progress, const char *name, Loader *loader)
{
  *progress = (Progress) { .name = name, .shown = show_is_fancy (STDERR_FILENO), .loader = loader };
  pulse_begin (&progress->pulse);
  set_callbacks (progress, true);
}

void
progress_end (Progress *progress)
{
  set_callbacks (progress, false);
  if (progress->drawn)
    fputs ("\r\033[K", stderr);
  progress->drawn = false;
  pulse_clear (&progress->pulse);
}
