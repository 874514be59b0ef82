#include "src/report/progress.h"

#include "base/text.h"
#include "src/report/show.h"

#include <stdio.h>
#include <unistd.h>

#define BAR_WIDTH 30
#define REDRAW_US 100000

void
progress_begin (Progress *progress, const char *name)
{
  *progress = (Progress) { .name = name, .shown = show_is_fancy (STDERR_FILENO) };
}

void
progress_end (Progress *progress)
{
  if (progress->drawn)
    fputs ("\r\033[K", stderr);
  progress->drawn = false;
}

static const char *
step_text (const char *step)
{
  if (g_strcmp0 (step, "INFER") == 0)
    return "reading";
  return g_strcmp0 (step, "LOAD") == 0 ? "staging" : "applying";
}

void
progress_draw (const char *step, int64_t done, int64_t total, void *data)
{
  Progress *progress = data;
  gint64 now = g_get_monotonic_time ();
  if (!progress->shown || (total > 0 && now - progress->last_us < REDRAW_US))
    return;
  progress->last_us = now;
  progress->drawn = true;
  if (total <= 0)
    {
      fprintf (stderr, "\r\033[K%s  %s ...", progress->name, step_text (step));
      return;
    }
  char bar[BAR_WIDTH + 1];
  int full = (int) (done * BAR_WIDTH / total);
  for (int i = 0; i < BAR_WIDTH; i++)
    bar[i] = i < full ? '#' : ' ';
  bar[BAR_WIDTH] = '\0';
  g_autofree char *size = text_size (total);
  fprintf (stderr, "\r\033[K%s  %s [%s] %3d %% of %s", progress->name, step_text (step), bar, (int) (done * 100 / total), size);
}
