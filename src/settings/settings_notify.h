/* "notify" of weir.json: who is told of what (docs/alerts.md). Read strictly: each mistake becomes a line with its JSON path. */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_NOTIFY_H
#define WEIR_SRC_SETTINGS_SETTINGS_NOTIFY_H

#include "base/json.h"

#include <stdbool.h>
#include <stdint.h>

/* What one may be told of, in the order of alert_words. */
typedef enum
{
  ALERT_REFUSED,
  ALERT_HELD,
  ALERT_REJECTS,
  ALERT_DRIFT,
  ALERT_LATE,
  ALERT_STALE,
  ALERT_PULL,
  ALERT_PUSH,
  ALERT_DATABASE_AWAY,
  ALERT_RECOVERED,
  ALERT_APPLIED,
  ALERT_RULES
} AlertKind;

extern const char *const alert_words[]; /* ends with NULL */

typedef enum
{
  TARGET_WEBHOOK,
  TARGET_SMTP,
  TARGET_COMMAND,
} TargetType;

typedef enum
{
  BODY_JSON,
  BODY_SLACK,
} BodyForm;

typedef enum
{
  MAIL_STARTTLS,
  MAIL_TLS,
  MAIL_CLEAR, /* on this machine only, and without a password */
} MailTls;

/* Texts that may be secret are kept as they are written, "${file:secrets/slack}": settings_resolve gives what they stand for. */
typedef struct
{
  char *name;
  unsigned type; /* TargetType, as are the enumerations below */

  char *url; /* of a webhook */
  unsigned body;
  char *secret; /* its bodies are signed with; NULL: they are not */

  char *host; /* of a mail server */
  int port;   /* 0: what is usual */
  unsigned tls;
  char *user, *password; /* NULL: none */
  char *from;
  GStrv to;

  char *ca_file; /* of both; NULL: the system's */

  GStrv command; /* its argv */
} AlertTarget;

typedef struct
{
  unsigned on;  /* bits by AlertKind */
  GStrv tables; /* patterns; NULL: all, and what is of no table */
  GStrv to;     /* names of targets; NULL: all */
} AlertRule;

typedef struct
{
  GPtrArray *targets; /* of AlertTarget */
  GPtrArray *rules;   /* of AlertRule; never empty where there is a target */
  int64_t gather;     /* seconds that a message waits for more of its kind */
  int64_t every;      /* seconds between two messages of one cause */
  int64_t away;       /* seconds that the database must be away */
  int64_t timeout;    /* seconds for one message */
} AlertPlan;

/* What the tree says, NULL being an empty one; what is wrong in it is added to "mistakes" (of char *; NULL: it was checked before) and left out. */
AlertPlan *alert_plan_read (const Json *tree, const char *place, GPtrArray *mistakes);
void alert_plan_free (AlertPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AlertPlan, alert_plan_free)

/* NULL: there is none of this name. */
const AlertTarget *alert_plan_find (const AlertPlan *plan, const char *target);

/* Whether the target is told of that, of some table at least. */
bool alert_plan_tells (const AlertPlan *plan, const AlertTarget *target, AlertKind kind);

/* For the table of settings. */
void settings_check_notify (Json *value, const char *place, GPtrArray *mistakes);
Json *settings_show_notify (const Json *value);
Json *settings_notify_schema (void);

/* A URL as others may see it: "https://hooks.example.org/..."; what is written as "${...}" as it is. Owned by the caller. */
char *alert_shown_url (const char *url);

#endif
