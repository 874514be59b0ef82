/* Deliveries to other stores in the ledger (schema/templates/delivery.sql): an outbox that runs fill in their last transaction, and what became of each.
 *
 *   delivery_note                  a run's own transaction
 *   delivery_due                   one statement: which destinations have something to be sent
 *   delivery_lock                  a destination is ours alone, until the end of the connection
 *     delivery_take                the item whose turn it is becomes "sending", and committed so before anybody sends it
 *     delivery_pending             in the snapshot that what is sent is read from: all that it brings along
 *     delivery_sent or delivery_failed
 *
 * What is "sending" when it is taken was on its way when whoever sent it died: it goes once more, under the same mark. */
#ifndef WEIR_SCHEMA_LEDGER_DELIVERY_H
#define WEIR_SCHEMA_LEDGER_DELIVERY_H

#include "base/db.h"
#include "base/json.h"
#include "base/uid.h"

/* In the transaction of a run that changed the table: cause is "run", "undo" or "late". wanted: all that jobs want, {"home", "items": [{"job", "destination",
 * "item", "table"}], "broken": [jobs]} as text; NULL: nothing, and no statement. Nobody waits for it (sql_post). */
bool delivery_note (Db *db, const char *wanted, const char *table, const char *run, const char *cause, GError **error);

/* The same for each run of which weir_settled says that rows of it were taken up. */
bool delivery_note_settled (Db *db, const char *wanted, const char *table, GError **error);

/* The same of a run that changed all rows of the table, and signed none of them: columns have other names. */
bool delivery_note_all (Db *db, const char *wanted, const char *schema, const char *table, const char *id_column, const char *run,
                        GError **error);

bool delivery_lock (Db *db, const char *destination, bool *ret_ours, GError **error);

/* Which deliveries are meant; NULL: all of them. */
typedef struct
{
  const char *destination, *job, *table;
  const char *run; /* its first digits */
} DeliveryChoice;

/* Whose deliveries one may send: those of a home, and of the jobs that it has, by whatever home they were noted. Both borrowed. */
typedef struct
{
  const char *home;
  const char *jobs; /* as text_array has them */
} DeliveryOwner;

/* Destinations with something to be sent now: destination, count, since. */
bool delivery_due (Db *db, const DeliveryOwner *owner, const DeliveryChoice *choice, DbResult **ret_rows, GError **error);

/* An item of a destination, and what is to be sent of it. Owned: delivery_clear. */
typedef struct
{
  char *destination, *job, *table; /* job NULL: there was nothing to take */
  int64_t item;
  char *
      member; /* what tells it from the job's others to that connection (deliveries_member): whoever took it knows; NULL: nothing */
  bool whole; /* all of the table: for the first time, or because somebody asked for it */
  bool asked; /* somebody asked for it */
  bool forgets;      /* somebody was erased */
  bool again;        /* some of it may be at the other side already */
  int64_t attempts;  /* this one included */
  int64_t deaths;    /* of the tries before: how many have left no word, where the last one has not */
  char *target;      /* where it goes (deliveries_target): whoever took it says so before delivery_pending */
  char *since;       /* since when the last of them waits: "2026-11-29T08:00:00Z" */
  Json *delivered;   /* what earlier tries have said of its receivers; NULL: nothing */
  GPtrArray *runs;   /* of char *: whose changes, in order */
  GPtrArray *marks;  /* of char *: of the same; the last one is that of what is sent */
  GPtrArray *undone; /* of char *: the runs that were taken back */
} Delivery;

void delivery_clear (Delivery *delivery);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Delivery, delivery_clear)

bool delivery_take (Db *db, const DeliveryOwner *owner, const DeliveryChoice *choice, Delivery *ret_delivery, GError **error);

/* Fills the rest of it. one: rows are appended, and known by their run: only the first run, unless that is the whole table, as where somebody was erased. */
bool delivery_pending (Db *db, bool one, Delivery *delivery, GError **error);

bool delivery_sent (Db *db, const Delivery *delivery, int64_t rows, const Json *detail, GError **error);

/* What came of a try that did not go well. */
typedef struct
{
  int64_t pause;        /* seconds until it is tried again; 0: whoever sent it was asked to stop; -1: it waits for a person */
  const char *checksum; /* of job and connection, as which it was refused */
  const Json *detail;   /* "class", "message", ... (docs/json.md); gets "failing_since" in the ledger */
  const char *home;
  const char *place;    /* "dwh (history.orders)" */
  int64_t milliseconds; /* that it took */
} DeliveryFailure;

#define DELIVERY_PATIENCE_SECONDS 3600

/* Keeps it. Where it waits for a person, or has been tried for longer than our patience, that is an incident (ledger_trouble.h), until one of the member goes
 * well or nothing of it waits any more. */
bool delivery_failed (Db *db, const Delivery *delivery, const DeliveryFailure *failure, GError **error);

/* What waits for a person: job, destination, item, table_name, refused_as. */
bool delivery_refused (Db *db, const DeliveryOwner *owner, DbResult **ret_rows, GError **error);

/* All that is not delivered is tried at once: also what was refused, and what waits for another try. item -1: any. *ret_count: how much there is. */
bool delivery_renew (Db *db, const DeliveryOwner *owner, const DeliveryChoice *choice, int64_t item, int64_t *ret_count,
                     GError **error);

/* All of a table is to be sent. first: to a member that is new, and so nothing is taken away at the other side. */
bool delivery_whole (Db *db, const char *home, const char *job, const char *destination, int64_t item, const char *table,
                     bool first, GError **error);

/* Whether a member has never delivered anything of the table, and nothing of it waits, or was given up. */
bool delivery_is_new (Db *db, const char *job, const char *destination, int64_t item, const char *table, bool *ret_new,
                      GError **error);

/* Of a table of the warehouse, which is there. */
bool delivery_has_rows (Db *db, const char *schema, const char *table, bool *ret_has, GError **error);

/* A person gives it up. What was kept of rows for it goes, too. Of another home's only what choice->job names. */
bool delivery_drop (Db *db, const DeliveryOwner *owner, const DeliveryChoice *choice, int64_t *ret_count, GError **error);

#define DELIVERY_STRAY_SECONDS 86400

/* What is not sent yet, a row for each item, and also of other homes, where nobody has tried it for DELIVERY_STRAY_SECONDS; and the outbox, of other homes as
 * above. Report columns of "state" and "list". */
bool delivery_state (Db *db, const DeliveryOwner *owner, DbResult **ret_rows, GError **error);
bool delivery_list (Db *db, const DeliveryOwner *owner, const DeliveryChoice *choice, int64_t limit, DbResult **ret_rows,
                    GError **error);

/* Forgets what is over for so long; dry_run: only counts it. */
bool delivery_trim (Db *db, int64_t seconds, bool dry_run, int64_t *ret_count, GError **error);

/* All of a table that is dropped. */
bool delivery_forget_table (Db *db, const char *table, GError **error);

#endif
