/* What a message says: what happened, what is not lost, and what to type. Pure.
 *
 * No cell of a file is in it: of rejects the reason, the column and the line are told, and an error's own words (its detail, which may quote one)
 * only of a table without personal data. */
#ifndef WEIR_SRC_NOTIFY_ALERT_TEXT_H
#define WEIR_SRC_NOTIFY_ALERT_TEXT_H

#include "base/json.h"
#include "src/settings/settings_notify.h"

#define ALERT_ITEMS 5 /* that are named; of more there is a number */

/* What is to be said. Borrowed. */
typedef struct
{
  const char *id;    /* stays the same however often it is sent */
  const char *rule;  /* one of alert_words, or "test" */
  const char *table; /* "": of several, or of none */
  int64_t alerts;    /* how many there are */
  int64_t tables;    /* of how many tables */
  int64_t made;      /* seconds since 1970 */
  /* The first of them: objects with "table", "file", "run", "text", "disposition", "place", "read", "rejected", "late", "overtook", "summary",
   * "rejects" and "noted", null where not known; "personal": whether its table has personal data. */
  const Json *items;
} AlertFacts;

typedef struct
{
  char *title;         /* "customers.csv was refused" */
  GPtrArray *lines;    /* of char *: what happened */
  char *kept;          /* what is not lost; NULL: nothing is at stake */
  GPtrArray *commands; /* of char * */
} AlertText;

AlertText *alert_text_new (const AlertFacts *facts);
void alert_text_free (AlertText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AlertText, alert_text_free)

/* All of it in lines, without the title. home: where it comes from. Owned by the caller. */
char *alert_text_plain (const AlertText *text, const char *home);

#endif
