/* Alerts in the ledger (schema/templates/alerts.sql): they are noted from the runs that ended, made into messages, and these are taken, one
 * after the other for each target. Nothing here is called by a load.
 *
 *   alerts_lock                    the target is ours alone, as long as the connection lives
 *   alerts_due                     one statement: is there anything to do?
 *     alerts_note                  runs that ended become alerts, each once: one transaction
 *     alerts_seal                  alerts become messages
 *     alerts_take                  a message is "sending", and committed so before anybody sends it
 *     alerts_items                 what is in it
 *     alerts_settle                what the other side said
 *
 * A message that is "sending" when it is taken was on its way when whoever sent it died: it has its id still. */
#ifndef WEIR_SCHEMA_LEDGER_ALERTS_H
#define WEIR_SCHEMA_LEDGER_ALERTS_H

#include "base/db.h"

/* *ret_ours is false while another session delivers to the target. Also makes it known: what ended before is none of its. */
bool alerts_lock (Db *db, const char *target, bool *ret_ours, GError **error);

typedef struct
{
  bool runs;     /* for alerts_note */
  bool alerts;   /* for alerts_seal */
  bool messages; /* for alerts_take */
} AlertsDue;

bool alerts_due (Db *db, const char *target, AlertsDue *ret_due, GError **error);

/* rules: JSON, [{"on": word, "tables": null or patterns of LIKE}]. */
bool alerts_note (Db *db, const char *target, const char *rules, GError **error);

/* The same of incidents: files that did not come, or with other rows. */
bool alerts_note_incidents (Db *db, const char *target, const char *rules, GError **error);

/* One that no run says. */
bool alerts_add (Db *db, const char *target, const char *rule, const char *cause, const char *text, GError **error);

/* gather: seconds that the first alert of a message has waited for others; every: seconds since the last message of its cause. */
bool alerts_seal (Db *db, const char *target, int64_t gather, int64_t every, GError **error);

typedef struct
{
  char *id; /* NULL: there is none to send now */
  char *rule, *table;
  int64_t alerts;
  int64_t made; /* seconds since 1970 */
  bool old;     /* it was tried for long enough */
} AlertMessage;

void alert_message_clear (AlertMessage *message);

/* most_seconds: since it was made, beyond which it is old. */
bool alerts_take (Db *db, const char *target, int64_t most_seconds, AlertMessage *ret_message, GError **error);

/* Of the first "limit" a JSON object each (alert_text.h has the members). *ret_tables: how many tables there are in all of them. */
bool alerts_items (Db *db, const char *message, int limit, DbResult **ret_items, int64_t *ret_tables, GError **error);

/* What became of a message: "sent", "waiting" (tried again when "pause" seconds are over) or "refused". */
typedef struct
{
  const char *message; /* its id; NULL: one that the ledger does not have */
  const char *state;
  const char *answer; /* of the other side; may be NULL */
  int64_t pause;      /* -1: none */
} AlertAnswer;

bool alerts_settle (Db *db, const char *target, const AlertAnswer *answer, GError **error);

/* How often in a row the target could not be reached. */
bool alerts_failures (Db *db, const char *target, int64_t *ret_failures, GError **error);

/* Forgets what was delivered a month ago. */
bool alerts_trim (Db *db, GError **error);

/* For people: report columns of "targets" and "undelivered" of alerts.sql. */
bool alerts_targets (Db *db, DbResult **ret_targets, GError **error);
bool alerts_undelivered (Db *db, int limit, DbResult **ret_messages, GError **error);

/* Of a target, or of a message by the first eight digits of its id, or more; NULL: of all. */
bool alerts_retry (Db *db, const char *name, int64_t *ret_messages, GError **error);
bool alerts_drop (Db *db, const char *name, int64_t *ret_messages, GError **error);

/* One that nobody delivers to any more. *ret_done: there was one. */
bool alerts_forget_target (Db *db, const char *name, bool *ret_done, GError **error);

#endif
