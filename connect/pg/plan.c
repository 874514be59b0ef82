#include "connect/pg/plan.h"

#include "base/text.h"
#include "connect/pg/values.h"

#include <string.h>

#define WIDTH_LEAST 32 /* bytes of a row, where the server believes that there are less */

static const char *const modes[] = { "dump", "log", "sync", "mirror", "full", "incremental", NULL };

static bool
mode_is (const Request *request, const char *mode)
{
  return g_strcmp0 (request->mode, mode) == 0;
}

/* Whether it is the key that grows, and not a bookmark. */
static bool
is_by_key (const Request *request, const Source *source)
{
  return mode_is (request, "log") && (source->bookmark < 0 || (source->n_key == 1 && source->key[0] == source->bookmark));
}

static Shape
find_shape (const Request *request, const Source *source)
{
  if (g_strcmp0 (request->part, "keys") == 0 || request->mode == NULL || mode_is (request, "dump") || mode_is (request, "full"))
    return SHAPE_WHOLE;
  if (request->window != NULL)
    return SHAPE_WINDOW;
  if (is_by_key (request, source))
    return SHAPE_COUNTED;
  return source->bookmark >= 0 && type_is_number (source->columns[source->bookmark].kind) ? SHAPE_COUNTED : SHAPE_TIMED;
}

/* What each mode needs. */
static void
check_mode (const Request *request)
{
  if (request->mode != NULL && !g_strv_contains (modes, request->mode))
    {
      const char *near = text_nearest (request->mode, modes);
      connect_mistake ("mode", near != NULL ? "there is no mode \"%s\"; did you mean \"%s\"?" : "there is no mode \"%s\"",
                       request->mode, near);
      return;
    }
  bool is_keys = g_strcmp0 (request->part, "keys") == 0;
  if ((mode_is (request, "log") || mode_is (request, "sync") || mode_is (request, "mirror") || is_keys)
      && json_array_size (request->key) == 0)
    connect_mistake ("key", "is needed: mode %s knows rows by it", is_keys ? "mirror" : request->mode);
  bool needs_bookmark = !is_keys && (mode_is (request, "sync") || mode_is (request, "mirror") || mode_is (request, "incremental"));
  if ((needs_bookmark || request->window != NULL) && request->bookmark == NULL)
    connect_mistake ("bookmark", "is needed: the column that says which rows are new");
}

/* Rows are read in the order of the bookmark and, as far as it can order them, the key. */
static void
find_order (const Request *request, const Source *source, Plan *plan)
{
  bool by_key = is_by_key (request, source) && plan->shape == SHAPE_COUNTED;
  if (!by_key && source->bookmark >= 0)
    plan->order[plan->n_order++] = source->bookmark;
  int before = plan->n_order;
  for (int i = 0; i < source->n_key && plan->n_order < (int) G_N_ELEMENTS (plan->order); i++)
    {
      const PgColumn *column = &source->columns[source->key[i]];
      bool is_ordered = type_is_ordered (column->kind, column->typname);
      if (by_key && !is_ordered)
        connect_mistake ("key", "\"%s\" is of the type %s: nobody can say which of two is the newer", column->name,
                         column->source_type);
      if (!by_key && source->key[i] == source->bookmark)
        continue;
      if (!by_key && (!is_ordered || column->nullable))
        {
          plan->n_order = before;
          return;
        }
      plan->order[plan->n_order++] = source->key[i];
    }
}

/* ---- from where on ---- */

/* What the position says of the order's columns, as far as it goes. */
static bool
take_values (PgSession *session, const Json *position, const Source *source, Plan *plan, GError **error)
{
  for (int i = 0; i < plan->n_order; i++)
    {
      const PgColumn *column = &source->columns[plan->order[i]];
      const Json *value = json_object_get (position, column->name);
      g_autofree char *text = weir_json_scalar (value), *path = g_strconcat ("position.", column->name, NULL);
      bool is_null = i == 0 && json_is_null (value);
      if (is_null)
        plan->range.kind = json_is_true (json_object_get (position, "$after")) ? RANGE_REST : RANGE_NULLS;
      if (text == NULL && !is_null)
        return true;
      if (is_null)
        continue;
      if (!value_check (session, path, text, column->base, error))
        return false;
      g_ptr_array_add (plan->values, g_steal_pointer (&text));
    }
  return true;
}

static void
judge_values (const Json *position, Plan *plan)
{
  bool is_whole = (int) plan->values->len == plan->n_order;
  bool is_after = json_is_true (json_object_get (position, "$after"));
  if (plan->range.kind == RANGE_NULLS || plan->range.kind == RANGE_REST)
    return;
  if (plan->values->len == 0)
    {
      plan->range.kind = RANGE_ALL;
      return;
    }
  if (!is_whole && plan->values->len > 1)
    g_ptr_array_set_size (plan->values, 1);
  plan->range.kind = is_whole && plan->n_order > 1 ? RANGE_AFTER : is_after ? RANGE_AFTER : RANGE_FROM;
}

static bool
same_window (const Json *a, const Json *b)
{
  return json_equal (json_object_get (a, "start"), json_object_get (b, "start"))
         && json_equal (json_object_get (a, "end"), json_object_get (b, "end"));
}

/* The position that this request goes on from; NULL: none. */
static const Json *
find_position (const Request *request, Plan *plan)
{
  const Json *position = request->position, *window = json_object_get (position, "$window");
  if (plan->shape == SHAPE_WHOLE || position == NULL)
    return NULL;
  if (!json_is_object (position))
    return connect_mistake ("position", "is none of this connector's"), NULL;
  if (plan->shape == SHAPE_WINDOW)
    return window != NULL && same_window (window, request->window) ? position : NULL;
  return window == NULL ? position : NULL;
}

static bool
take_position (PgSession *session, const Request *request, const Source *source, Plan *plan, GError **error)
{
  const Json *position = find_position (request, plan);
  plan->is_first = position == NULL;
  if (plan->is_first)
    return true;
  plan->is_inside = json_object_get (position, "$horizon") != NULL || json_object_get (position, "$next") != NULL
                    || json_object_get (position, "$window") != NULL;
  if (!take_values (session, position, source, plan, error))
    return false;
  judge_values (position, plan);
  bool waits = json_object_get (position, "$earlier") != NULL;
  plan->is_first = plan->range.kind == RANGE_ALL && waits; /* nothing has passed yet */
  if (plan->range.kind == RANGE_ALL && !waits)
    {
      const char *name = source->columns[plan->order[0]].name;
      connect_mistake ("position", "says nothing of \"%s\"", name);
    }
  /* A key says exactly which rows were read; and nobody adds to a number that has passed. */
  if (plan->shape == SHAPE_COUNTED && (is_by_key (request, source) || plan->is_closed) && plan->range.kind == RANGE_FROM)
    plan->range.kind = RANGE_AFTER;
  if (!plan->is_inside && request->overlap > 0 && (plan->range.kind == RANGE_AFTER || plan->range.kind == RANGE_FROM))
    plan->range.overlap = request->overlap;
  return true;
}

static bool
take_window (PgSession *session, const Request *request, const Source *source, Plan *plan, GError **error)
{
  static const char *const known[] = { "start", "end", NULL };
  const PgColumn *column = &source->columns[source->bookmark];
  connect_known (request->window, "window", known);
  plan->start = weir_json_scalar (json_object_get (request->window, "start"));
  plan->end = weir_json_scalar (json_object_get (request->window, "end"));
  plan->range.start = plan->start;
  plan->range.end = plan->end;
  return (plan->start == NULL || value_check (session, "window.start", plan->start, column->base, error))
         && (plan->end == NULL || value_check (session, "window.end", plan->end, column->base, error));
}

/* Where nobody can say which transactions are open, whoever asks for numbers has to say what is read again. */
static void
check_blind (const PgSession *session, const Source *source, const Plan *plan, bool has_overlap)
{
  if (plan->shape == SHAPE_COUNTED && session_is_blind (session) && !has_overlap && plan->n_order > 0)
    connect_mistake (
        "overlap",
        "is needed: %s does not say which transactions are open, so that a row whose \"%s\" is less than one that was read "
        "would be missed if it is committed late. Say how many numbers are read again each time (\"overlap\": 1000), or 0 "
        "if none ever is",
        session->is_redshift ? "Redshift" : "a standby", source->columns[plan->order[0]].name);
}

/* What is read once more begins with the first column; of a key of several, or a text, nobody knows where. */
static void
judge_overlap (const Source *source, Plan *plan)
{
  if (plan->range.overlap <= 0)
    return;
  const PgColumn *first = &source->columns[plan->order[0]];
  bool is_possible = (type_is_time (first->kind) || type_is_number (first->kind))
                     && (plan->shape == SHAPE_TIMED || plan->n_order == 1 || plan->values->len == 1);
  if (!is_possible)
    {
      plan->range.overlap = 0;
      connect_note ("\"overlap\" means nothing for \"%s\", which is no number", first->name);
      return;
    }
  g_ptr_array_set_size (plan->values, 1);
  plan->range.kind = plan->range.kind == RANGE_AFTER && plan->shape == SHAPE_COUNTED ? RANGE_AFTER : RANGE_FROM;
}

bool
plan_make (PgSession *session, const Request *request, const Source *source, Plan *ret, GError **error)
{
  *ret = (Plan) { .values = g_ptr_array_new_with_free_func (g_free) };
  ret->range.values = ret->values;
  check_mode (request);
  if (connect_has_mistakes ())
    return true;
  ret->shape = find_shape (request, source);
  ret->is_keys = g_strcmp0 (request->part, "keys") == 0;
  if (ret->shape == SHAPE_WHOLE)
    return ret->is_first = true;
  find_order (request, source, ret);
  /* Rows that nobody knows again, of which none is to come twice. */
  bool has_overlap = json_is_number (json_object_get (request->json, "overlap"));
  check_blind (session, source, ret, has_overlap);
  ret->is_closed = ret->shape != SHAPE_WINDOW && source->n_key == 0 && has_overlap && request->overlap <= 0;
  ret->can_cut = request->limit_rows > 0 || request->limit_bytes > 0 || request->limit_seconds > 0;
  if (connect_has_mistakes () || (ret->shape == SHAPE_WINDOW && !take_window (session, request, source, ret, error))
      || !take_position (session, request, source, ret, error))
    return connect_has_mistakes ();
  judge_overlap (source, ret);
  const PgColumn *first = &source->columns[ret->order[0]];
  bool by_key = is_by_key (request, source);
  if (by_key && first->nullable && ret->range.kind == RANGE_ALL)
    ret->range.kind = RANGE_REST;
  ret->has_nulls = ret->shape != SHAPE_WINDOW && first->nullable && !by_key && (ret->is_first || ret->range.kind == RANGE_NULLS);
  return true;
}

void
plan_close (Plan *plan, const char *below, const char *up_to)
{
  plan->range.below = below;
  plan->range.up_to = up_to;
}

int
plan_zones (const Plan *plan, Range ret[2])
{
  int n = 0;
  if (!plan->has_nulls || (!plan->can_cut && !plan->is_inside && !plan->is_closed))
    return ret[0] = plan->range, 1;
  ret[n++] = (Range) { .kind = RANGE_NULLS, .values = plan->range.values };
  ret[n++] = (Range) { .kind = RANGE_REST, .below = plan->range.below, .up_to = plan->range.up_to };
  return n;
}

void
plan_clear (Plan *plan)
{
  g_clear_pointer (&plan->values, g_ptr_array_unref);
  g_free (plan->start);
  g_free (plan->end);
}

Json *
plan_position (const Source *source, const int *order, int n_order, const char *const *values)
{
  Json *position = json_object ();
  for (int i = 0; i < n_order; i++)
    {
      const PgColumn *column = &source->columns[order[i]];
      Json *value = values[i] == NULL            ? json_null ()
                    : column->kind == PG_INTEGER ? json_integer (g_ascii_strtoll (values[i], NULL, 10))
                                                 : weir_json_string (values[i]);
      json_object_set_new (position, column->name, value);
    }
  return position;
}

int64_t
plan_limit (const PgSession *session, const Request *request, const Source *source, const Plan *plan)
{
  if (!plan->can_cut || session->is_redshift || session->version < 130000)
    return 0;
  int64_t by_rows = request->limit_rows > 0 ? request->limit_rows + 1 : 0;
  double width = MAX (source->width, WIDTH_LEAST);
  int64_t by_bytes = request->limit_bytes > 0 && source->width > 0 ? (int64_t) (4 * (double) request->limit_bytes / width) + 2 : 0;
  return by_rows > 0 && by_bytes > 0 ? MIN (by_rows, by_bytes) : MAX (by_rows, by_bytes);
}
