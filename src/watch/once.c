#include "src/watch/once.h"

#include "base/error.h"
#include "src/watch/troubles.h"

#include <string.h>

#define PATIENCE_US 60000000

struct Once
{
  bool rejects_ok;
  /* Of its files, to how many of that name: one may be claimed, and another dropped behind it. NULL: not begun. */
  GHashTable *names;
  GHashTable *errors; /* what workers said, by the job's key */
  GHashTable *left;   /* the names of files that workers left */
  int code;
  int64_t since; /* when something happened last */
};

/* Why a file is where it is. */
typedef struct
{
  bool passes; /* by itself, and soon */
  int code;    /* what it ends with, if it is left so */
  WeirErrorCode error;
  Reason reason;
  const char *message;
} Standing;

Once *
once_new (bool rejects_ok)
{
  Once *once = g_new0 (Once, 1);
  once->rejects_ok = rejects_ok;
  once->errors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_decref);
  once->left = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return once;
}

void
once_free (Once *once)
{
  g_clear_pointer (&once->names, g_hash_table_unref);
  g_hash_table_unref (once->errors);
  g_hash_table_unref (once->left);
  g_free (once);
}

bool
once_has_begun (const Once *once)
{
  return once->names != NULL;
}

static unsigned
count_of (const Once *once, const char *name)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (once->names, name));
}

void
once_begin (Once *once, const GPtrArray *jobs, int64_t now)
{
  once->since = now;
  once->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < jobs->len; i++)
    {
      const Job *job = jobs->pdata[i];
      if (job->state != JOB_IN_WORK) /* another weir's */
        g_hash_table_replace (once->names, g_strdup (job->name), GUINT_TO_POINTER (count_of (once, job->name) + 1));
    }
}

bool
once_takes (const Once *once, const Job *job)
{
  return count_of (once, job->name) > 0;
}

void
once_note (Once *once, const char *key, const char *name, const Json *error)
{
  g_hash_table_add (once->left, g_strdup (name));
  if (error != NULL)
    g_hash_table_replace (once->errors, g_strdup (key), json_incref ((Json *) error));
}

void
once_done (Once *once, const Job *job, const Json *published, bool stuck, int64_t now)
{
  const char *status = json_string_value (json_object_get (published, "status"));
  bool rejects = json_integer_value (json_object_get (json_object_get (published, "rows"), "rejected")) > 0;
  bool failed = g_strcmp0 (status, "failed") == 0 || g_strcmp0 (status, "held") == 0;
  int code = stuck ? EXIT_LOCAL : failed || (rejects && !once->rejects_ok) ? EXIT_REFUSED : 0;
  once->code = MAX (once->code, code);
  once->since = now;
  unsigned left = count_of (once, job->name);
  if (left > 0)
    g_hash_table_replace (once->names, g_strdup (job->name), GUINT_TO_POINTER (left - 1));
}

static bool
is_among (const GArray *steps, guint index)
{
  for (guint i = 0; i < steps->len; i++)
    if (g_array_index (steps, Step, i).job == index)
      return true;
  return false;
}

static bool
is_table_in_work (const OnceLook *look, const char *table)
{
  for (guint i = 0; i < look->jobs->len; i++)
    {
      const Job *job = &g_array_index (look->jobs, Job, i);
      if (job->state == JOB_IN_WORK && strcmp (job->table, table) == 0)
        return true;
    }
  return false;
}

static Standing
judge_free (const OnceLook *look, guint index)
{
  const Job *job = &g_array_index (look->jobs, Job, index);
  if (job->state == JOB_HELD)
    return (Standing) { false, EXIT_MODEL, WEIR_ERROR_MODEL, REASON_BAD_MODEL, "its model is broken" };
  if (is_among (look->plan->waits, index))
    return (Standing) { true, EXIT_REFUSED, WEIR_ERROR_RETRY, REASON_WAITS, "it waits for an older file of its table" };
  if (is_among (look->plan->steps, index))
    return (Standing) { true, EXIT_AWAY, WEIR_ERROR_RETRY, REASON_NONE, "the database is away or busy" };
  if (is_table_in_work (look, job->table))
    return (Standing) { true, EXIT_AWAY, WEIR_ERROR_RETRY, REASON_LOCK_BUSY, "another weir works on its table" };
  return (Standing) { false, EXIT_REFUSED, WEIR_ERROR_RETRY, REASON_WAITS, "a file that comes before it is left" };
}

/* Of a file that is held. Its words are those of `weir status`. */
static const struct
{
  bool is_known;
  Standing standing;
} standings[HOLD_CAUSES] = {
  [HOLD_BUSY] = { true, { true, EXIT_AWAY, WEIR_ERROR_RETRY, REASON_LOCK_BUSY, NULL } },
  [HOLD_GONE] = { true, { true, 0, WEIR_ERROR_RETRY, REASON_NONE, NULL } },
  [HOLD_WAITS] = { true, { false, EXIT_REFUSED, WEIR_ERROR_INPUT, REASON_WAITS, NULL } },
  [HOLD_RETRY] = { true, { true, EXIT_AWAY, WEIR_ERROR_RETRY, REASON_NONE, NULL } },
  [HOLD_MODEL] = { true, { false, EXIT_MODEL, WEIR_ERROR_MODEL, REASON_NONE, NULL } },
  [HOLD_FILE] = { true, { false, EXIT_MODEL, WEIR_ERROR_MODEL, REASON_NONE, NULL } },
  [HOLD_LOCAL] = { true, { false, EXIT_LOCAL, WEIR_ERROR_LOCAL, REASON_NONE, NULL } },
  [HOLD_CRASHED] = { true, { false, EXIT_REFUSED, WEIR_ERROR_INPUT, REASON_WORKER_CRASHED, NULL } },
};

static Standing
judge (const OnceLook *look, guint index)
{
  const Job *job = &g_array_index (look->jobs, Job, index);
  int64_t until;
  if (job->state == JOB_INCOMPLETE)
    return (Standing) { true, EXIT_REFUSED, WEIR_ERROR_RETRY, REASON_NONE, "it is not complete yet" };
  if (job->state == JOB_STUCK)
    return (Standing) { false, EXIT_LOCAL, WEIR_ERROR_LOCAL, REASON_NONE, "it stays claimed, for it cannot be moved" };
  if (job->state == JOB_UNREADABLE)
    return (Standing) { false, EXIT_LOCAL, WEIR_ERROR_LOCAL, REASON_UNREADABLE, "it cannot be read" };
  HoldCause cause = holds_find (look->holds, job, look->now, &until);
  if (!standings[cause].is_known)
    return judge_free (look, index);
  Standing standing = standings[cause].standing;
  standing.message = troubles_text (cause);
  return standing;
}

/* What another weir has claimed is no business of ours any more. */
static bool
is_left (const Once *once, const Job *job)
{
  return job->state != JOB_IN_WORK && once_takes (once, job);
}

/* Whether a worker is at a file that none has left before. */
static bool
is_any_new (const Once *once, const GPtrArray *working)
{
  for (guint i = 0; i < working->len; i++)
    if (!g_hash_table_contains (once->left, ((const Job *) working->pdata[i])->name))
      return true;
  return false;
}

bool
once_is_over (Once *once, const OnceLook *look)
{
  bool passes = false;
  if (is_any_new (once, look->working))
    once->since = look->now;
  if (look->working->len > 0)
    return false;
  for (guint i = 0; i < look->jobs->len && !passes; i++)
    passes = is_left (once, &g_array_index (look->jobs, Job, i)) && judge (look, i).passes;
  return !passes || look->now - once->since > PATIENCE_US;
}

/* What a worker said of the file, or what is known without one. A new reference. */
static Json *
explain (const Once *once, const Job *job, const Standing *standing)
{
  Json *said = g_hash_table_lookup (once->errors, job->key);
  if (said != NULL)
    return json_incref (said);
  g_autoptr (GError) error = NULL;
  weir_fail (&error,
             &(Failure) { standing->error, standing->reason, .detail = "Nothing was loaded; the file was left where it is." }, "%s",
             standing->message);
  return weir_json_error (error);
}

int
once_report (Once *once, const OnceLook *look, void (*tell) (const Job *job, const Json *error, void *data), void *data)
{
  for (guint i = 0; i < look->jobs->len; i++)
    {
      const Job *job = &g_array_index (look->jobs, Job, i);
      if (!is_left (once, job))
        continue;
      const Standing standing = judge (look, i);
      g_autoptr (Json) error = explain (once, job, &standing);
      once->code = MAX (once->code, standing.code);
      tell (job, error, data);
    }
  return once->code;
}
