/* What is to be seen at a path: an object, which /api gives as it is, and how it is shown. */
#ifndef WEIR_SRC_PAGE_VIEW_H
#define WEIR_SRC_PAGE_VIEW_H

#include "src/page/deeds.h"
#include "src/page/html.h"
#include "src/page/metrics.h"
#include "src/page/request.h"
#include "src/page/page_db.h"
#include "src/settings/settings_page.h"

/* All that the program has. */
typedef struct
{
  const Settings *settings;
  const PageSettings *terms;
  const char *password; /* NULL: none is asked for */
  const char *token;    /* pass.h */
  char *cookie;         /* what the session's cookie is called; owned */
  PageDb *db;
  Metrics *metrics;
  Deeds *deeds;
} Page;

/* One look. Borrowed. */
typedef struct
{
  Page *page;
  const Request *request;
  char **parts;        /* of the path; ends with NULL */
  gint64 now;          /* microseconds since 1970 */
  const char *session; /* who may approve and reject; NULL: this one may not */
} Visit;

typedef struct
{
  const char *path;    /* "tables/?": a ? is any part */
  const char *section; /* the entry of the navigation that it belongs to; NULL: none */
  /* The object. A new reference; NULL on error: INPUT and MODEL are "not found", RETRY that the database is away. */
  Json *(*read) (const Visit *visit, GError **error);
  /* Its title, for the window; owned by the caller. */
  char *(*title) (const Visit *visit, const Json *object);
  void (*show) (Html *html, const Visit *visit, const Json *object);
} View;

extern const View view_overview, view_table, view_entity, view_find, view_runs, view_run, view_rejects, view_held, view_schedules,
    view_jobs;

/* Texts and numbers of an object: NULL, and 0, where they are not there. Borrowed. */
const char *view_text (const Json *object, const char *member);
gint64 view_number (const Json *object, const char *member);

/* A state as a word with its colour: "applied", "failed". */
void view_state (Html *html, const char *state);

/* A cell of a table with a time; "now" as html_time has it. */
void view_time_cell (Html *html, const char *time, gint64 now);

/* A table of runs, as `weir runs --json` has them: with its caption, in reach of the keyboard where it is wide. */
void view_runs_table (Html *html, const Visit *visit, const Json *runs, const char *caption);

/* The first line of an error; and all its parts: of a failure, or of what a person is asked. */
char *view_first_line (const char *error);
void view_error (Html *html, const Json *error, bool is_failure);

/* <div> and <table> with a caption and headers (ends with NULL); one that begins with "#" is of numbers. And their end. */
void view_table_open (Html *html, const char *caption, const char *const *headers);
void view_table_close (Html *html);
/* A line of a list of facts: <dt> and <dd>. NULL: left out. */
void view_fact (Html *html, const char *name, const char *value);

#endif
