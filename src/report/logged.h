/* A line of the log (base/log.h), read back: of text or JSON, whichever it was written as. Pure. */
#ifndef WEIR_SRC_REPORT_LOGGED_H
#define WEIR_SRC_REPORT_LOGGED_H

#include "base/json.h"
#include "base/log.h"

/* All texts are owned. What is neither, of an older weir or of somebody else, is a message of LEVEL_INFO without a time. */
typedef struct
{
  char *time; /* "2026-11-20T09:30:00.123Z", "": unknown */
  LogLevel level;
  char *run;     /* its id, of which a line of text has the beginning; NULL: it is of none */
  char *message; /* NULL: it is a line for programs (log_file_only) */
  Json *members; /* of a line of JSON, or for programs; NULL: none */
} Logged;

void logged_read (const char *line, Logged *ret_logged);
void logged_clear (Logged *logged);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Logged, logged_clear)

/* Whether a text may be (the beginning of) a run's id. */
bool logged_may_be_run (const char *text);

/* Whether it is of a run whose id begins so; what a line of text does not have of it is no difference. */
bool logged_is_of_run (const Logged *logged, const char *id);

/* Whether it is about a file of that name. imports: what messages call the drop folder. */
bool logged_is_about (const Logged *logged, const char *file, const char *imports);

/* As the log has it as text, in one line, with the DETAIL, HINT and NOTE that a line of JSON has in its members. Owned by the caller. */
char *logged_to_text (const Logged *logged);

/* As the log has it as JSON; what a line of text does not say is not there. A new reference. */
Json *logged_to_json (const Logged *logged);

#endif
