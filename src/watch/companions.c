#include "src/watch/companions.h"

#include "src/jobs/deliveries.h"
#include "src/schedule/piece.h"
#include "src/settings/settings_page.h"
#include "src/watch/companion.h"

typedef struct
{
  const char *name;
  bool (*is_wanted) (const Settings *settings);
  bool early;           /* it has something to do while the database is away */
  const char *words[4]; /* of its command line, behind the program and before --home; end with NULL */
} Kind;

static bool
has_targets (const Settings *settings)
{
  return json_object_size (json_object_get (settings->notify, "targets")) > 0;
}

/* Broken models are told by whoever loads. */
static bool
has_schedule (const Settings *settings)
{
  g_autoptr (Catalog) catalog = settings_load_catalog (settings, NULL);
  return catalog != NULL && pieces_any (settings, catalog, schedule_jobs);
}

/* Whether a job delivers something. */
static bool
has_deliveries (const Settings *settings)
{
  g_autoptr (Jobs) jobs = jobs_load (settings, NULL);
  g_autofree char *wanted = jobs != NULL ? deliveries_wanted (jobs, settings->home) : NULL;
  return wanted != NULL;
}

/* A new companion is a row here. */
static const Kind kinds[] = {
  { "schedule", has_schedule, false, { "schedule", "--keep" } },
  { "alerts", has_targets, true, { "notify", "--deliver" } },
  { "deliveries", has_deliveries, false, { "push", "--deliver" } },
  { "page", page_settings_wanted, true, { "page", "--beside" } },
  { NULL },
};

struct Companions
{
  char *program;
  GStrv environment;
  Log *log;
  void (*gone) (void *data);
  void *data;
  Companion *running[G_N_ELEMENTS (kinds)]; /* by kind; NULL: not wanted until now */
};

Companions *
companions_new (const char *program, const char *const *environment, Log *log, void (*gone) (void *data), void *data)
{
  Companions *companions = g_new0 (Companions, 1);
  companions->program = g_strdup (program);
  companions->environment = g_strdupv ((GStrv) environment);
  companions->log = log;
  companions->gone = gone;
  companions->data = data;
  return companions;
}

static void
drop (Companion **place)
{
  g_clear_pointer (place, companion_free);
}

void
companions_free (Companions *companions)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    drop (&companions->running[i]);
  g_strfreev (companions->environment);
  g_free (companions->program);
  g_free (companions);
}

static Companion *
start (Companions *companions, const Kind *kind, const char *home)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, companions->program);
  for (const char *const *word = kind->words; *word != NULL; word++)
    g_ptr_array_add (argv, (char *) *word);
  g_ptr_array_add (argv, (char *) "--home");
  g_ptr_array_add (argv, (char *) home);
  g_ptr_array_add (argv, NULL);
  return companion_new (kind->name, (const char *const *) argv->pdata, (const char *const *) companions->environment,
                        companions->log, companions->gone, companions->data);
}

void
companions_follow (Companions *companions, const Settings *settings, bool ready)
{
  for (const Kind *kind = kinds; kind->name != NULL; kind++)
    {
      Companion **place = &companions->running[kind - kinds];
      bool wanted = (ready || kind->early) && kind->is_wanted (settings);
      if (*place != NULL && companion_is_gone (*place))
        drop (place);
      if (*place == NULL && wanted)
        *place = start (companions, kind, settings->home);
      else if (*place != NULL && wanted)
        companion_renew (*place);
      else if (*place != NULL)
        companion_stop (*place);
    }
}

void
companions_look (Companions *companions, const Settings *settings)
{
  for (const Kind *kind = kinds; kind->name != NULL; kind++)
    {
      Companion **place = &companions->running[kind - kinds];
      if (*place == NULL && kind->is_wanted (settings))
        *place = start (companions, kind, settings->home);
    }
}

void
companions_stop (Companions *companions)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (companions->running[i] != NULL)
      companion_stop (companions->running[i]);
}

void
companions_kill (Companions *companions)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (companions->running[i] != NULL)
      companion_kill (companions->running[i]);
}

unsigned
companions_running (const Companions *companions)
{
  unsigned count = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    count += companions->running[i] != NULL && !companion_is_gone (companions->running[i]);
  return count;
}
